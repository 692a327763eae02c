import zlib from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { Packet } from '../../server/push/frame.ts';

/** Reads one unmasked frame by RFC 6455, and inflates it by RFC 7692 when RSV1 is set. */
function read(frame: Buffer): { text: string; compressed: boolean } {
  const first = frame[0] ?? 0;
  expect(first & 0x8f).toBe(0x81);
  const short = frame[1] ?? 0;
  const [length, start] =
    short < 126
      ? [short, 2]
      : short === 126
        ? [frame.readUInt16BE(2), 4]
        : [Number(frame.readBigUInt64BE(2)), 10];
  expect(frame.length).toBe(start + length);
  const payload = frame.subarray(start);
  const compressed = (first & 0x40) !== 0;
  if (!compressed) return { text: payload.toString(), compressed };
  const whole = Buffer.concat([payload, Buffer.from([0, 0, 0xff, 0xff])]);
  return {
    text: zlib.inflateRawSync(whole, { finishFlush: zlib.constants.Z_SYNC_FLUSH }).toString(),
    compressed,
  };
}

describe('a prepared packet', () => {
  for (const length of [0, 1, 100, 125, 126, 200, 300, 65_535, 65_536, 70_000, 1_000_000]) {
    it(`of ${length} characters reads back as it was, plain and compressed`, () => {
      const packet = Packet.event('/live', 'delta', JSON.stringify('é'.repeat(length / 2)));
      const text = `42/live,["delta",${JSON.stringify('é'.repeat(length / 2))}]`;
      expect(read(packet.plain)).toEqual({ text, compressed: false });
      expect(read(packet.deflated).text).toBe(text);
      expect(packet.deflated.length).toBeLessThanOrEqual(packet.plain.length);
    });
  }

  it('is made once', () => {
    const packet = Packet.event('/live', 'delta', JSON.stringify('x'.repeat(1_000)));
    expect(packet.plain).toBe(packet.plain);
    expect(packet.deflated).toBe(packet.deflated);
    expect(read(packet.deflated).compressed).toBe(true);
  });
});
