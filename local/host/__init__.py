"""A small Azure Functions host: one app folder, one machine, HTTP, timer and Service Bus triggers.

It stands where the Functions host and its Python worker stand in Azure, so that an unchanged `function_app.py`
(Python v2 programming model) runs without Core Tools, Docker or a storage account. It knows nothing of the app that
it serves.

    python -m local.host --app DIR --port N [--settings FILE] [--keys FILE | --function-key KEY]

Rooms, from the edge inwards:
    __main__, process      command line, signals, ready line, exit codes
    runtime                starts and stops the parts below
    web/                   HTTP server, routes, keys, conversion of requests and answers
    service_bus/           one receive loop a function: lock, dispatch, renew, settle
    timers, timer_status   NCRONTAB schedules and their memory across restarts
    invoke/                thread pool, event loop, time limit, context and trace of one invocation
    index, signature, rules, bindings      what the app declares, and whether Azure would accept it
    settings, host_json, timespan, ncrontab, logs, errors
"""
