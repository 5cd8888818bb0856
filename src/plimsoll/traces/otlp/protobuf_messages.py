"""The protocol's export requests, but that attributes stay the bytes they came in. `protobuf` reads them.

On the wire a message within another is its length and its bytes, as a field of bytes is: both read the same requests.
"""

from typing import cast

from google.protobuf.descriptor import FileDescriptor
from google.protobuf.descriptor_pb2 import DescriptorProto, FieldDescriptorProto, FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from opentelemetry.proto.collector.logs.v1 import logs_service_pb2
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2

_LEFT_AS_BYTES = "attributes"


def _add_file(pool: DescriptorPool, file: FileDescriptor, known: set[str]) -> None:
    if file.name in known:
        return
    known.add(file.name)
    for needed in file.dependencies:
        _add_file(pool, needed, known)
    written = FileDescriptorProto()
    file.CopyToProto(written)
    for message in written.message_type:
        _leave_as_bytes(message)
    pool.Add(written)


def _leave_as_bytes(message: DescriptorProto) -> None:
    for inner in message.nested_type:
        _leave_as_bytes(inner)
    for field in message.field:
        if field.name == _LEFT_AS_BYTES:
            field.type = FieldDescriptorProto.TYPE_BYTES
            field.ClearField("type_name")


def _make_class(official: type[Message]) -> type[Message]:
    pool = DescriptorPool()
    _add_file(pool, cast("FileDescriptor", official.DESCRIPTOR.file), set())
    return GetMessageClass(pool.FindMessageTypeByName(official.DESCRIPTOR.full_name))


_traces, _logs = trace_service_pb2.ExportTraceServiceRequest, logs_service_pb2.ExportLogsServiceRequest
TraceRequest = cast("type[trace_service_pb2.ExportTraceServiceRequest]", _make_class(_traces))
LogRequest = cast("type[logs_service_pb2.ExportLogsServiceRequest]", _make_class(_logs))
