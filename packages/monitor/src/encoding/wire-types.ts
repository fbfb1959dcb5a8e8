// How Protocol Buffers write a value: the lower three bits of a field's tag. Source: protobuf.dev/programming-guides/encoding

export const WIRE_VARINT = 0;
export const WIRE_FIXED64 = 1;
export const WIRE_BYTES = 2;
export const WIRE_FIXED32 = 5;
