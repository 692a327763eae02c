/**
 * Socket.IO's own parser, except that an answer which is JSON already is taken as it is: the state of a room is encoded
 * once, however many clients ask for it after a restart.
 */
import { Decoder, Encoder, type Packet, PacketType } from 'socket.io-parser';

/** An answer encoded beforehand. */
export class PreparedAnswer {
  readonly json: string;
  constructor(json: string) {
    this.json = json;
  }
}

class PreparedEncoder extends Encoder {
  override encode(packet: Packet): unknown[] {
    const answer: unknown = packet.type === PacketType.ACK ? packet.data[0] : undefined;
    if (!(answer instanceof PreparedAnswer)) return super.encode(packet);
    return [`${PacketType.ACK}${packet.nsp},${packet.id}[${answer.json}]`];
  }
}

export const parser = { Encoder: PreparedEncoder, Decoder };
