/**
 * Writing prepared frames past Engine.IO, which would encode and queue each delivery by itself (7 µs a delivery against
 * 4). All that is not public in Engine.IO and ws is named here and nowhere else; where it is not found as expected, the
 * public way is taken.
 *
 * The order of packets is kept: a frame is written only when nothing that Engine.IO or ws was given earlier still waits.
 */
import type { Socket as NetSocket } from 'node:net';
import type { Packet } from './frame.ts';

/** What we rely on of a websocket of `ws`. */
interface RawWebSocket {
  readonly readyState: number;
  readonly bufferedAmount: number;
  terminate(): void;
  readonly _socket?: NetSocket | null;
  readonly _sender?: { readonly _state?: number; readonly _queue?: readonly unknown[] } | null;
  readonly _extensions?: Readonly<Record<string, { readonly params?: DeflateParams | null } | undefined>>;
}
interface DeflateParams {
  readonly server_no_context_takeover?: boolean;
  readonly server_max_window_bits?: number;
}
/** What we rely on of an Engine.IO socket. */
export interface RawConnection {
  readonly readyState: string;
  readonly writeBuffer?: readonly unknown[];
  readonly transport: { readonly name: string; readonly socket?: RawWebSocket };
  write(data: string): unknown;
  close(discard?: boolean): void;
}

const WEBSOCKET_OPEN = 1;
const SENDER_IDLE = 0;

/** One client's way out. */
export class Wire {
  readonly #connection: RawConnection;
  /** The websocket whose extensions were looked at, and what was found; it changes when a client upgrades. */
  #known: RawWebSocket | undefined;
  #deflates = false;

  constructor(connection: RawConnection) {
    this.#connection = connection;
  }

  /**
   * Sends the packet if the client takes it now; otherwise does nothing and says false: earlier packets still wait,
   * or more than `limit_bytes` are on their way. So what waits for a client never grows by what we send.
   */
  deliver(packet: Packet, limit_bytes: number): boolean {
    const connection = this.#connection;
    if (!this.ready(limit_bytes)) return false;
    const websocket = connection.transport.socket;
    const tcp = websocket?._socket;
    if (websocket === undefined || !tcp || websocket._sender?._state === undefined) {
      connection.write(packet.text);
      return true;
    }
    if (websocket !== this.#known) this.#inspect(websocket);
    tcp.write(this.#deflates ? packet.deflated : packet.plain);
    return true;
  }

  /** Whether `deliver` would send now. */
  ready(limit_bytes: number): boolean {
    const connection = this.#connection;
    if (connection.readyState !== 'open' || (connection.writeBuffer?.length ?? 0) > 0) return false;
    const websocket = connection.transport.socket;
    if (websocket === undefined) return true;
    if (websocket.readyState !== WEBSOCKET_OPEN) return false;
    const sender = websocket._sender;
    if (sender?._state !== undefined && (sender._state !== SENDER_IDLE || (sender._queue?.length ?? 0) > 0))
      return false;
    return (websocket._socket?.writableLength ?? websocket.bufferedAmount) <= limit_bytes;
  }

  /** Bytes given to the operating system's door and not taken yet. */
  get pending_bytes(): number {
    return this.#connection.transport.socket?.bufferedAmount ?? 0;
  }

  /** Ends the connection at once: a client that does not read would never get a polite goodbye. */
  terminate(): void {
    const websocket = this.#connection.transport.socket;
    if (websocket) websocket.terminate();
    else this.#connection.close(true);
  }

  #inspect(websocket: RawWebSocket): void {
    const params = websocket._extensions?.['permessage-deflate']?.params;
    this.#known = websocket;
    // A smaller window asked for by the client would not fit frames made with the full one: it gets plain frames.
    this.#deflates =
      params?.server_no_context_takeover === true && (params.server_max_window_bits ?? 15) === 15;
  }
}
