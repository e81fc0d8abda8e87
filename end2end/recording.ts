import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const hertz = 16_000;

/** A WAV recording: a tone that comes and goes, in which the simulator hears sentences. */
export function recording(seconds: number): Buffer {
  const samples = Buffer.alloc(hertz * seconds * 2);
  for (let place = 0; place < hertz * seconds; place += 1) {
    const silent = Math.floor(place / hertz) % 4 === 3;
    const wave = Math.sin((place * 220 * 2 * Math.PI) / hertz);
    samples.writeInt16LE(silent ? 0 : Math.round(wave * 9_000), place * 2);
  }
  const head = Buffer.alloc(44);
  head.write("RIFF", 0);
  head.writeUInt32LE(samples.length + 36, 4);
  head.write("WAVEfmt ", 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(hertz, 24);
  head.writeUInt32LE(hertz * 2, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write("data", 36);
  head.writeUInt32LE(samples.length, 40);
  return Buffer.concat([head, samples]);
}

/** The same in a file, for Chromium's microphone that plays one. */
export function recordingFile(seconds: number): string {
  const path = join(mkdtempSync(join(tmpdir(), "liantai-sound-")), "microphone.wav");
  writeFileSync(path, recording(seconds));
  return path;
}
