//! The file around the frames.

use super::parameters::{self, CONSTRAINTS, LEVEL, PROFILE, Size};

/// A frame.
pub(super) struct Sample {
    pub(super) bytes: Vec<u8>,
    /// Whether it can be shown without another.
    pub(super) is_key: bool,
}

/// An MP4 whose index comes first, so that it plays while it loads.
pub(super) fn file(size: Size, rate: u32, samples: &[Sample]) -> Vec<u8> {
    let start = boxed(
        *b"ftyp",
        &[b"isom".as_slice(), &[0, 0, 2, 0], b"isomiso2avc1mp41"],
    );
    // The index has the same length wherever the frames begin.
    let length = index(size, rate, samples, 0).len();
    let offset = number(start.len() + length + 8);
    let mut file = start;
    file.extend(index(size, rate, samples, offset));
    let media: usize = samples.iter().map(|sample| sample.bytes.len() + 4).sum();
    file.extend(number(media + 8).to_be_bytes());
    file.extend(b"mdat");
    for sample in samples {
        file.extend(number(sample.bytes.len()).to_be_bytes());
        file.extend(&sample.bytes);
    }
    file
}

/// Units of time in a second, for everything but the frames.
const SCALE: u32 = 1000;

fn index(size: Size, rate: u32, samples: &[Sample], offset: u32) -> Vec<u8> {
    let count = number(samples.len());
    let duration = count * SCALE / rate;
    boxed(
        *b"moov",
        &[
            &movie_header(duration),
            &track(size, rate, samples, offset, duration),
        ],
    )
}

fn movie_header(duration: u32) -> Vec<u8> {
    let mut fields = words(&[0, 0, 0, SCALE, duration, 0x0001_0000, 0x0100_0000, 0, 0]);
    fields.extend(matrix());
    fields.extend(words(&[0; 6]));
    fields.extend(words(&[2]));
    boxed(*b"mvhd", &[&fields])
}

fn track(size: Size, rate: u32, samples: &[Sample], offset: u32, duration: u32) -> Vec<u8> {
    let mut header = words(&[3, 0, 0, 1, 0, duration, 0, 0, 0, 0]);
    header.extend(matrix());
    header.extend(words(&[size.width << 16, size.height << 16]));
    let media_header = words(&[0, 0, 0, rate, number(samples.len()), 0x55c4_0000]);
    let mut handler = words(&[0, 0]);
    handler.extend(b"vide");
    handler.extend(words(&[0, 0, 0]));
    handler.extend(b"film\0");
    let reference = boxed(*b"url ", &[&words(&[1])]);
    let references = boxed(*b"dref", &[&words(&[0, 1]), &reference]);
    let information = boxed(
        *b"minf",
        &[
            &boxed(*b"vmhd", &[&words(&[1, 0, 0])]),
            &boxed(*b"dinf", &[&references]),
            &table(size, rate, samples, offset),
        ],
    );
    let media = boxed(
        *b"mdia",
        &[
            &boxed(*b"mdhd", &[&media_header]),
            &boxed(*b"hdlr", &[&handler]),
            &information,
        ],
    );
    boxed(*b"trak", &[&boxed(*b"tkhd", &[&header]), &media])
}

fn table(size: Size, rate: u32, samples: &[Sample], offset: u32) -> Vec<u8> {
    let count = number(samples.len());
    let keys: Vec<u32> = (1..)
        .zip(samples)
        .filter(|(_, sample)| sample.is_key)
        .map(|(place, _)| place)
        .collect();
    let lengths: Vec<u32> = samples
        .iter()
        .map(|sample| number(sample.bytes.len() + 4))
        .collect();
    boxed(
        *b"stbl",
        &[
            &boxed(*b"stsd", &[&words(&[0, 1]), &entry(size, rate)]),
            &boxed(*b"stts", &[&words(&[0, 1, count, 1])]),
            &boxed(*b"stss", &[&words(&[0, number(keys.len())]), &words(&keys)]),
            &boxed(*b"stsc", &[&words(&[0, 1, 1, count, 1])]),
            &boxed(*b"stsz", &[&words(&[0, 0, count]), &words(&lengths)]),
            &boxed(*b"stco", &[&words(&[0, 1, offset])]),
        ],
    )
}

/// What the frames are coded in.
fn entry(size: Size, rate: u32) -> Vec<u8> {
    let (sequence, picture) = (parameters::sequence(size, rate), parameters::picture());
    let mut configuration = vec![1, PROFILE, CONSTRAINTS, LEVEL, 0xff, 0xe1];
    configuration.extend(short(sequence.len()));
    configuration.extend(sequence);
    configuration.push(1);
    configuration.extend(short(picture.len()));
    configuration.extend(picture);
    let mut fields = vec![0, 0, 0, 0, 0, 0, 0, 1];
    fields.extend(words(&[0; 4]));
    fields.extend(short(size.width as usize));
    fields.extend(short(size.height as usize));
    fields.extend(words(&[0x0048_0000, 0x0048_0000, 0]));
    fields.extend(short(1));
    fields.extend([0; 32]);
    fields.extend([0, 0x18, 0xff, 0xff]);
    boxed(*b"avc1", &[&fields, &boxed(*b"avcC", &[&configuration])])
}

/// No turning, no stretching.
fn matrix() -> Vec<u8> {
    words(&[0x0001_0000, 0, 0, 0, 0x0001_0000, 0, 0, 0, 0x4000_0000])
}

fn boxed(name: [u8; 4], parts: &[&[u8]]) -> Vec<u8> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let mut bytes = number(length + 8).to_be_bytes().to_vec();
    bytes.extend(name);
    for part in parts {
        bytes.extend(*part);
    }
    bytes
}

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}

fn short(value: usize) -> [u8; 2] {
    u16::try_from(value).unwrap_or(u16::MAX).to_be_bytes()
}

/// Films are far from four gigabytes.
fn number(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}
