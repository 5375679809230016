#!/usr/bin/env bash
# mediabunny 1.61.0: of an Ogg file that is cut off, chained, or has an early end mark, packets that are there are not returned.
#
# 1. Cut off in the middle of a page (a download that broke off): reading the packet after the last whole page throws. `packets()`
#    and the sample sinks read ahead, and throw the error at once, together with what they had read before it. How much is lost
#    depends on how fast the packets are taken; one by one with `getNextPacket` all of the whole pages are returned.
# 2. Chained (RFC 3533, section 4: logical bitstreams one after the other; radio recordings): only the first link is returned, and
#    nothing says that there are others.
# 3. An end mark on the page before the last (written by programs that close a stream twice): the last page is not returned.
#
# Seen, of pages with 50 packets of Opus each: whole 150 of 150; cut in the third page 100 of 100 one by one, fewer with packets();
# two links 50 of 100; early end mark 100 of 150.
# Exits with 0 while that is so, with 1 when it changes.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "name": "finding", "private": true, "type": "module" }' > package.json
npm install --silent --no-audit --no-fund mediabunny@1.61.0
cat > count.js <<'JS'
import { setTimeout } from 'node:timers/promises';
import { ALL_FORMATS, BlobSource, EncodedPacketSink, Input } from 'mediabunny';

const packet = Buffer.concat([Buffer.from([31 << 3]), Buffer.alloc(60, 1)]);
const head = Buffer.concat([Buffer.from('OpusHead'), Buffer.from([1, 1, 0x38, 1, 0x80, 0xbb, 0, 0, 0, 0, 0])]);
const tags = Buffer.concat([Buffer.from('OpusTags'), Buffer.alloc(8)]);

function page(packets, granule, flags, serial, sequence) {
  const header = Buffer.alloc(27);
  header.write('OggS');
  header[5] = flags;
  header.writeBigInt64LE(BigInt(granule), 6);
  header.writeUInt32LE(serial, 14);
  header.writeUInt32LE(sequence, 18);
  header[26] = packets.length;
  const bytes = Buffer.concat([header, Buffer.from(packets.map((each) => each.length)), ...packets]);
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 24;
    for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  }
  bytes.writeUInt32LE(crc >>> 0, 22);
  return bytes;
}

const link = (flags, serial) =>
  Buffer.concat([
    page([head], 0, 2, serial, 0),
    page([tags], 0, 0, serial, 1),
    ...flags.map((flag, i) => page(Array(50).fill(packet), 48000 * (i + 1), flag, serial, 2 + i)),
  ]);

async function sinkOf(bytes) {
  const input = new Input({ formats: ALL_FORMATS, source: new BlobSource(new Blob([bytes])) });
  return new EncodedPacketSink(await input.getPrimaryAudioTrack());
}

async function oneByOne(bytes) {
  const sink = await sinkOf(bytes);
  let count = 0;
  try {
    for (let each = await sink.getFirstPacket(); each; each = await sink.getNextPacket(each)) count++;
  } catch {}
  return count;
}

async function ahead(bytes) {
  const sink = await sinkOf(bytes);
  let count = 0;
  try {
    for await (const each of sink.packets()) {
      count++;
      await setTimeout(5);
    }
  } catch {}
  return count;
}

const whole = link([0, 0, 4], 1);
const cut = whole.subarray(0, -1);
const seen = {
  whole: await oneByOne(whole),
  cutOneByOne: await oneByOne(cut),
  cutReadAhead: await ahead(cut),
  chained: await oneByOne(Buffer.concat([link([4], 1), link([4], 2)])),
  earlyEnd: await oneByOne(link([0, 4, 4], 1)),
};
console.log(seen);
const { whole: all, cutOneByOne, cutReadAhead, chained, earlyEnd } = seen;
const isAsSeen = all === 150 && cutOneByOne === 100 && cutReadAhead < 100 && chained === 50 && earlyEnd === 100;
process.exitCode = isAsSeen ? 0 : 1;
JS
node count.js
