"""The Function App: registers the entry points. Python v2 programming model."""

import azure.functions as func

from functions import dead_letters, http_api, requests_queue, sign_in, stages, sweeper

app = func.FunctionApp(http_auth_level=func.AuthLevel.FUNCTION)
app.register_functions(requests_queue.bp)
app.register_functions(stages.bp)
app.register_functions(sweeper.bp)
app.register_functions(sign_in.bp)
app.register_functions(dead_letters.bp)
app.register_functions(http_api.bp)
