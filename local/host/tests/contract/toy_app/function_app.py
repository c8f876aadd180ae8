"""A small app with one function for each trigger; what it saw goes to the folder named by setting SEEN."""

import asyncio
import json
import logging
import os
import time
from pathlib import Path
from uuid import uuid4

import azure.functions as func

app = func.FunctionApp()


def _note(kind: str, **facts: object) -> None:
    """Leaves one file for each thing seen, complete as soon as it is there."""
    folder = Path(os.environ["SEEN"])
    temporary = folder / f".{uuid4()}"
    temporary.write_text(json.dumps({"kind": kind, **facts}, default=str))
    temporary.rename(folder / f"{time.time_ns()}-{kind}-{uuid4()}.json")


@app.route(route="items/{id:int?}", methods=["GET", "POST", "HEAD"], auth_level=func.AuthLevel.ANONYMOUS)
def items(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """Echoes the request."""
    logging.info("echo of %s", req.method)
    seen = {
        "method": req.method,
        "url": req.url,
        "headers": dict(req.headers),
        "params": dict(req.params),
        "route": dict(req.route_params),
        "body": req.get_body().decode("utf-8", "replace"),
        "function": context.function_name,
        "invocation": context.invocation_id,
        "traceparent": context.trace_context.trace_parent,
        "retries": context.retry_context.retry_count,
    }
    return func.HttpResponse(json.dumps(seen), mimetype="application/json", headers={"X-Toy": "yes"}, status_code=201)


@app.route(route="secret", methods=["GET"])
def secret(req: func.HttpRequest) -> str:
    """Needs a function key."""
    return "told"


@app.route(route="master", auth_level=func.AuthLevel.ADMIN)
async def master(req: func.HttpRequest) -> func.HttpResponse:
    """Needs the master key."""
    await asyncio.sleep(0)
    return func.HttpResponse("yes, master")


@app.route(route="broken", auth_level=func.AuthLevel.ANONYMOUS)
def broken(req: func.HttpRequest) -> func.HttpResponse:
    """Raises."""
    raise ValueError("broken on purpose")


@app.route(route="slow", auth_level=func.AuthLevel.ANONYMOUS)
def slow(req: func.HttpRequest) -> func.HttpResponse:
    """Takes the seconds that it is told."""
    _note("slow")
    time.sleep(float(req.params["seconds"]))
    return func.HttpResponse("done")


@app.service_bus_queue_trigger(arg_name="msg", connection="Bus", queue_name="%ORDERS%", data_type=func.DataType.BINARY)
def order(msg: func.ServiceBusMessage, context: func.Context) -> None:
    """Notes a message, then does what it says: fail, or take some seconds."""
    _note(
        "order",
        message_id=msg.message_id,
        delivery_count=msg.delivery_count,
        body=msg.get_body().decode(),
        properties=msg.application_properties,
        correlation_id=msg.correlation_id,
        enqueued=msg.enqueued_time_utc,
        traceparent=context.trace_context.trace_parent,
        metadata=sorted(msg.metadata or {}),
    )
    content = json.loads(msg.get_body())
    if content.get("fail"):
        raise RuntimeError("asked to fail")
    time.sleep(content.get("seconds", 0))
    _note("ordered", message_id=msg.message_id)


@app.service_bus_queue_trigger(
    arg_name="msg", connection="Bus", queue_name="%ORDERS%/$DeadLetterQueue", data_type=func.DataType.BINARY
)
def dead_order(msg: func.ServiceBusMessage) -> None:
    """Notes what was dead-lettered."""
    _note("dead", message_id=msg.message_id, properties=msg.application_properties)


@app.service_bus_topic_trigger(arg_name="msg", connection="Bus", topic_name="events", subscription_name="crm")
async def event(msg: func.ServiceBusMessage) -> None:
    """Notes an event; its body is taken as text."""
    await asyncio.sleep(0)
    _note("event", message_id=msg.message_id, body=msg.get_body().decode())


@app.timer_trigger(arg_name="timer", schedule="%TICK%", run_on_startup=True)
def tick(timer: func.TimerRequest) -> None:
    """Notes every run."""
    _note("tick", past_due=timer.past_due)
