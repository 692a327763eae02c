/**
 * A Socket.IO event, encoded once for all its receivers: as text for HTTP long-polling, and as a websocket frame
 * (RFC 6455), plain or compressed (RFC 7692), whose bytes are written as they are to any number of sockets.
 */
import zlib from 'node:zlib';

/** Below this a deflated frame saves less than its inflation costs. */
const COMPRESS_FROM_BYTES = 256;
const OPCODE_TEXT = 0x1;
const FIN = 0x80;
const RSV1 = 0x40;

export class Packet {
  /** The packet as Socket.IO encodes it, without the Engine.IO packet type. */
  readonly text: string;
  #plain: Buffer | undefined;
  #deflated: Buffer | undefined;

  constructor(text: string) {
    this.text = text;
  }

  /** An event of a namespace with one argument, which is JSON already. */
  static event(namespace: string, name: string, argument: string): Packet {
    return new Packet(`2${namespace},[${JSON.stringify(name)},${argument}]`);
  }

  /** The unmasked frame; made when first asked for. */
  get plain(): Buffer {
    this.#plain ??= frame(Buffer.from(`4${this.text}`), 0);
    return this.#plain;
  }

  /**
   * The compressed frame, for sockets that negotiated `server_no_context_takeover`: only then does a message not
   * depend on what that socket was sent before, and can be shared.
   */
  get deflated(): Buffer {
    this.#deflated ??= this.plain.length < COMPRESS_FROM_BYTES ? this.plain : deflate(`4${this.text}`);
    return this.#deflated;
  }
}

function deflate(text: string): Buffer {
  const body = zlib.deflateRawSync(text, { finishFlush: zlib.constants.Z_SYNC_FLUSH });
  // RFC 7692, 7.2.1: the empty block that ends a sync flush (00 00 ff ff) is not sent.
  return frame(body.subarray(0, body.length - 4), RSV1);
}

/** A text frame from server to client (unmasked), in one buffer so that one write sends it. */
function frame(payload: Buffer, flags: number): Buffer {
  const { length } = payload;
  const extended = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const bytes = Buffer.allocUnsafeSlow(2 + extended + length);
  bytes[0] = FIN | flags | OPCODE_TEXT;
  if (extended === 0) bytes[1] = length;
  else if (extended === 2) {
    bytes[1] = 126;
    bytes.writeUInt16BE(length, 2);
  } else {
    bytes[1] = 127;
    bytes.writeBigUInt64BE(BigInt(length), 2);
  }
  payload.copy(bytes, 2 + extended);
  return bytes;
}
