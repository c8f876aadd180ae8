"""Many customers from a spreadsheet: a table of customers becomes plans, and chosen plans become requests.

write.py      tables as CSV and .xlsx, written whole or not at all
rows.py       one row for each holding of a plan
planning.py   dry runs in batches, until they are planned
decisions.py  what was written into column `decision`, one for each customer
sending.py    the chosen ones for real, and the file that says what became of each row
importing.py  the command
"""
