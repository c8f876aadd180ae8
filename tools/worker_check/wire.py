"""The messages between Functions host and worker, as real protobuf classes.

The worker builds its answers from the classes that it is handed, so a field of the wrong type fails here as it would in
Azure. Only what the worker needs for this app is declared; fields and numbers are those of the published contract.
Source: github.com/Azure/azure-functions-language-worker-protobuf (FunctionRpc.proto)
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, duration_pb2, message_factory

_PACKAGE = "AzureFunctionsRpcMessages"
_SCALARS = {"string": 9, "bytes": 12, "bool": 8, "int32": 5, "sint64": 18, "double": 1}
_MESSAGE, _ENUM = 11, 14
_OPTIONAL, _REPEATED = 1, 3


@dataclass(frozen=True, slots=True)
class _Field:
    """`kind` is a scalar, a message or an enum; `group` names the oneof that the field belongs to."""

    number: int
    name: str
    kind: str = "string"
    many: bool = False
    mapped: bool = False
    group: str = ""


def _map(number: int, name: str, kind: str = "string") -> _Field:
    """From text to `kind`."""
    return _Field(number, name, kind, mapped=True)


def _list(number: int, name: str, kind: str = "string") -> _Field:
    return _Field(number, name, kind, many=True)


_ENUMS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "StatusResult": {"Status": ("Failure", "Success", "Cancelled")},
    "BindingInfo": {"Direction": ("in", "out", "inout"), "DataType": ("undefined", "string", "binary", "stream")},
    "RpcRetryOptions": {"RetryStrategy": ("exponential_backoff", "fixed_delay")},
}
_MESSAGES: Mapping[str, tuple[_Field, ...]] = {
    "RpcException": (_Field(1, "stack_trace"), _Field(2, "message")),
    "StatusResult": (_Field(2, "exception", "RpcException"), _Field(4, "status", "Status")),
    "WorkerMetadata": (
        _Field(1, "runtime_name"),
        _Field(2, "runtime_version"),
        _Field(3, "worker_version"),
        _Field(4, "worker_bitness"),
        _map(5, "custom_properties"),
    ),
    "WorkerInitRequest": (_Field(1, "host_version"), _map(2, "capabilities"), _Field(5, "function_app_directory")),
    "WorkerInitResponse": (
        _map(2, "capabilities"),
        _Field(3, "result", "StatusResult"),
        _Field(4, "worker_metadata", "WorkerMetadata"),
    ),
    "BindingInfo": (_Field(2, "type"), _Field(3, "direction", "Direction"), _Field(4, "data_type", "DataType")),
    "RpcRetryOptions": (
        _Field(2, "max_retry_count", "int32"),
        _Field(3, "delay_interval", "Duration"),
        _Field(4, "minimum_interval", "Duration"),
        _Field(5, "maximum_interval", "Duration"),
        _Field(6, "retry_strategy", "RetryStrategy"),
    ),
    "RpcFunctionMetadata": (
        _Field(1, "directory"),
        _Field(2, "script_file"),
        _Field(3, "entry_point"),
        _Field(4, "name"),
        _map(6, "bindings", "BindingInfo"),
        _Field(7, "is_proxy", "bool"),
        _Field(9, "language"),
        _list(10, "raw_bindings"),
        _Field(13, "function_id"),
        _Field(14, "managed_dependency_enabled", "bool"),
        _Field(15, "retry_options", "RpcRetryOptions"),
        _map(16, "properties"),
    ),
    "FunctionMetadataResponse": (
        _list(1, "function_metadata_results", "RpcFunctionMetadata"),
        _Field(2, "result", "StatusResult"),
        _Field(3, "use_default_metadata_indexing", "bool"),
    ),
    "FunctionLoadRequest": (_Field(1, "function_id"), _Field(2, "metadata", "RpcFunctionMetadata")),
    "FunctionLoadResponse": (_Field(1, "function_id"), _Field(2, "result", "StatusResult")),
    "RpcHttpCookie": (_Field(1, "name"), _Field(2, "value")),
    "RpcHttp": (
        _Field(1, "method"),
        _Field(2, "url"),
        _map(3, "headers"),
        _Field(4, "body", "TypedData"),
        _map(10, "params"),
        _Field(12, "status_code"),
        _map(15, "query"),
        _Field(16, "enable_content_negotiation", "bool"),
        _list(19, "cookies", "RpcHttpCookie"),
    ),
    "TypedData": (
        _Field(1, "string", group="data"),
        _Field(2, "json", group="data"),
        _Field(3, "bytes", "bytes", group="data"),
        _Field(5, "http", "RpcHttp", group="data"),
        _Field(6, "int", "sint64", group="data"),
        _Field(7, "double", "double", group="data"),
    ),
    "ParameterBinding": (_Field(1, "name"), _Field(2, "data", "TypedData", group="rpc_data")),
    "RpcTraceContext": (_Field(1, "trace_parent"), _Field(2, "trace_state"), _map(3, "attributes")),
    "RetryContext": (
        _Field(1, "retry_count", "int32"),
        _Field(2, "max_retry_count", "int32"),
        _Field(3, "exception", "RpcException"),
    ),
    "InvocationRequest": (
        _Field(1, "invocation_id"),
        _Field(2, "function_id"),
        _list(3, "input_data", "ParameterBinding"),
        _map(4, "trigger_metadata", "TypedData"),
        _Field(5, "trace_context", "RpcTraceContext"),
        _Field(6, "retry_context", "RetryContext"),
    ),
    "InvocationResponse": (
        _Field(1, "invocation_id"),
        _list(2, "output_data", "ParameterBinding"),
        _Field(3, "result", "StatusResult"),
        _Field(4, "return_value", "TypedData"),
    ),
}


def message_classes() -> Any:
    """The classes by name, in a namespace like the module that a real host's worker imports."""
    file = descriptor_pb2.FileDescriptorProto(name="worker_check.proto", package=_PACKAGE, syntax="proto3")
    file.dependency.append(duration_pb2.DESCRIPTOR.name)
    for name, fields in _MESSAGES.items():
        _describe(file.message_type.add(name=name), fields)
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(duration_pb2.DESCRIPTOR.serialized_pb)
    pool.Add(file)
    found = {name: pool.FindMessageTypeByName(f"{_PACKAGE}.{name}") for name in _MESSAGES}
    return SimpleNamespace(**{name: message_factory.GetMessageClass(message) for name, message in found.items()})


def _describe(message: Any, fields: tuple[_Field, ...]) -> None:
    for name, values in _ENUMS.get(message.name, {}).items():
        enum = message.enum_type.add(name=name)
        for number, value in enumerate(values):
            enum.value.add(name=value, number=number)
    groups = list(dict.fromkeys(field.group for field in fields if field.group))
    for group in groups:
        message.oneof_decl.add(name=group)
    for field in fields:
        described = message.field.add(name=field.name, number=field.number, label=_OPTIONAL)
        described.MergeFrom(described.__class__(**dict(_type(message.name, field.kind))))
        if field.group:
            described.oneof_index = groups.index(field.group)
        if field.many or field.mapped:
            described.label = _REPEATED
        if field.mapped:
            # Protobuf knows a map as a list of pairs, of a message that has to be called after the field.
            pair = message.nested_type.add(name=f"{field.name.title().replace('_', '')}Entry")
            pair.options.map_entry = True
            pair.field.add(name="key", number=1, label=_OPTIONAL, type=_SCALARS["string"])
            pair.field.add(name="value", number=2, label=_OPTIONAL, **dict(_type(message.name, field.kind)))
            described.type, described.type_name = _MESSAGE, f".{_PACKAGE}.{message.name}.{pair.name}"


def _type(owner: str, kind: str) -> Iterator[tuple[str, Any]]:
    if kind in _SCALARS:
        yield "type", _SCALARS[kind]
    elif kind in _ENUMS.get(owner, {}):
        yield from (("type", _ENUM), ("type_name", f".{_PACKAGE}.{owner}.{kind}"))
    else:
        name = ".google.protobuf.Duration" if kind == "Duration" else f".{_PACKAGE}.{kind}"
        yield from (("type", _MESSAGE), ("type_name", name))
