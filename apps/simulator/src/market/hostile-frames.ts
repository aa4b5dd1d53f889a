import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { constants, deflateRawSync } from 'node:zlib';
import type { MarketEvent } from './market.ts';
import type { HostileKind } from './market-fault-schema.ts';

const mebibyte = 1_048_576;
const hugeMebibytes = 200;
const fragments = 10_000;
const pings = 10_000;
const depth = 100_000;

const opcodes = { continuation: 0, text: 1, binary: 2, ping: 9 } as const;

/** A frame as a server sends it, unmasked. */
function frame(opcode: keyof typeof opcodes, payload: Buffer, { fin = true, deflated = false } = {}): Buffer {
  return Buffer.concat([head(opcode, payload.length, fin, deflated), payload]);
}

function head(opcode: keyof typeof opcodes, bytes: number, fin = true, deflated = false): Buffer {
  const first = (fin ? 0x80 : 0) | (deflated ? 0x40 : 0) | opcodes[opcode];
  if (bytes < 126) return Buffer.from([first, bytes]);
  const head = Buffer.alloc(bytes < 65_536 ? 4 : 10);
  head[0] = first;
  head[1] = bytes < 65_536 ? 126 : 127;
  if (bytes < 65_536) head.writeUInt16BE(bytes, 2);
  else head.writeBigUInt64BE(BigInt(bytes), 2);
  return head;
}

const text = (value: unknown): Buffer =>
  frame('text', Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)));

/** Writes one hostile frame to a connection. */
export function sendHostile(kind: HostileKind, event: MarketEvent, socket: Duplex): void {
  const message = { type: 'event', ...event };
  switch (kind) {
    case 'binary':
      socket.write(frame('binary', Buffer.from(JSON.stringify(message))));
      return;
    case 'huge':
      void writeHuge(socket);
      return;
    case 'fragments':
      socket.write(inFragments(JSON.stringify(message)));
      return;
    case 'deflate-bomb':
      socket.write(bomb());
      return;
    case 'seq-2-53':
      socket.write(text({ ...message, id: `${event.id}-far`, seq: 2 ** 53 }));
      return;
    case 'seq-back':
      socket.write(text({ ...message, id: `${event.id}-back`, seq: Math.max(1, event.seq - 1000) }));
      return;
    case 'no-seq':
      socket.write(text({ ...message, id: `${event.id}-bare`, seq: undefined }));
      return;
    case 'ping-flood':
      socket.write(Buffer.concat(Array.from({ length: pings }, () => frame('ping', Buffer.from('?')))));
      return;
    case 'not-json':
      socket.write(text('{"type":"event",'));
      return;
    case 'not-utf8':
      socket.write(frame('text', Buffer.from([0x22, 0xff, 0xfe, 0x22])));
      return;
    case 'deep':
      socket.write(text('['.repeat(depth) + ']'.repeat(depth)));
      return;
    case 'null':
      socket.write(text(null));
      return;
    case 'unknown-type':
      socket.write(text({ type: 'gossip', seq: event.seq, item: event.item }));
  }
}

async function writeHuge(socket: Duplex): Promise<void> {
  const part = Buffer.alloc(mebibyte, ' ');
  socket.write(head('text', hugeMebibytes * mebibyte));
  const closed = once(socket, 'close').catch(() => {});
  for (let i = 0; i < hugeMebibytes && !socket.destroyed; i += 1)
    if (!socket.write(part)) await Promise.race([once(socket, 'drain').catch(() => {}), closed]);
}

function inFragments(message: string): Buffer {
  const padded = message.padStart(fragments, ' ');
  const size = Math.ceil(padded.length / fragments);
  const parts = Array.from({ length: Math.ceil(padded.length / size) }, (_, index) =>
    frame(index === 0 ? 'text' : 'continuation', Buffer.from(padded.slice(index * size, (index + 1) * size)), {
      fin: (index + 1) * size >= padded.length,
    }),
  );
  return Buffer.concat(parts);
}

/** Each MB deflated begins anew, so that one may follow another as often as it takes. */
function bomb(): Buffer {
  const part = deflateRawSync(Buffer.alloc(mebibyte, ' '), { finishFlush: constants.Z_FULL_FLUSH });
  const whole = Buffer.concat(Array.from({ length: hugeMebibytes }, () => part));
  // The four bytes of the last flush are left out on the wire (RFC 7692, 7.2.1).
  return frame('text', whole.subarray(0, -4), { deflated: true });
}
