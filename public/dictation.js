// A microphone's sound as the upstream hears it: 16,000 samples a second, 16 bits, one channel, a tenth of a second at a time.
const HERTZ = 16000;
const PIECE = HERTZ / 10;

class Dictation extends AudioWorkletProcessor {
  constructor() {
    super();
    this.piece = new Int16Array(PIECE);
    this.length = 0;
    // Samples of the machine for each one that is sent; those in between are averaged, which keeps what is too high to be heard out.
    this.step = sampleRate / HERTZ;
    this.due = this.step;
    this.sum = 0;
    this.count = 0;
  }

  process([input]) {
    for (const sample of input[0] ?? []) {
      this.sum += sample;
      this.count += 1;
      this.due -= 1;
      // A machine that samples more slowly sends some twice.
      while (this.due <= 0) {
        this.take(this.count ? this.sum / this.count : sample);
        this.sum = this.count = 0;
        this.due += this.step;
      }
    }
    return true;
  }

  take(sample) {
    this.piece[this.length++] = Math.max(-1, Math.min(1, sample)) * 32767;
    if (this.length === PIECE) {
      this.port.postMessage(this.piece.buffer, [this.piece.buffer]);
      this.piece = new Int16Array(PIECE);
      this.length = 0;
    }
  }
}

registerProcessor("dictation", Dictation);
