"""What the HTTP adapters share: one call, its token, its limits, and one mapping from answers to the error tree.

service.py      ServiceClient: guard, token, rate, send, map, log; the only way out of the process
call.py         Call: one request as data; paths are built from validated segments
transport.py    the pooled session, time-outs, and what a broken connection means
answer.py       Answer: status, headers, body; tolerant JSON reading
failures.py     an answer that is not 2xx -> one error of shared.domain.errors
throttle.py     nothing leaves before Retry-After has passed (I7)
rate.py         the configured share of the service's requests per minute
tokens.py       TokenSource port and the cache in front of any source
pages.py        collections read to their end, whatever the paging style
record.py       case-insensitive, typed access to a JSON object
moments.py      the date formats that Microsoft's services use
correlation.py  the MS-CorrelationId of the work in progress
"""
