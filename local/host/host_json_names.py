"""The names that host.json may hold, folded, so that a misspelt or outdated one is told of instead of silently ignored.

Source: https://learn.microsoft.com/azure/azure-functions/functions-host-json and
https://learn.microsoft.com/azure/azure-functions/functions-bindings-service-bus#hostjson-settings
"""

SECTIONS = frozenset(
    {
        "$schema",
        "aggregator",
        "concurrency",
        "configurationprofile",
        "customhandler",
        "extensionbundle",
        "extensions",
        "functions",
        "functiontimeout",
        "healthmonitor",
        "http",
        "logging",
        "manageddependency",
        "metadataprovidertimeout",
        "retry",
        "sendcanceledinvocationstoworker",
        "servicebus",
        "singleton",
        "telemetrymode",
        "version",
        "watchdirectories",
        "watchfiles",
    }
)
SERVICE_BUS = frozenset(
    {
        "autocompletemessages",
        "clientretryoptions",
        "enablecrossentitytransactions",
        "maxautolockrenewalduration",
        "maxbatchwaittime",
        "maxconcurrentcalls",
        "maxconcurrentcallspersession",
        "maxconcurrentsessions",
        "maxmessagebatchsize",
        "minmessagebatchsize",
        "prefetchcount",
        "sessionidletimeout",
        "transporttype",
        "webproxy",
    }
)
# Extension 4.x, still shown by many guides; the value says what took its place.
OBSOLETE_SERVICE_BUS = {
    "messagehandleroptions": "autoCompleteMessages, maxConcurrentCalls and maxAutoLockRenewalDuration",
    "sessionhandleroptions": "maxConcurrentSessions and sessionIdleTimeout",
    "batchoptions": "maxMessageBatchSize and maxBatchWaitTime",
    "autocomplete": "autoCompleteMessages",
}
