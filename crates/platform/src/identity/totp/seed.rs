//! The secret that server and app share (RFC 6238: SHA-1, six digits, thirty seconds, which all apps know).

use std::fmt::Write as _;

use model::Millis;
use qrcode::{QrCode, render::svg, types::QrError};
use totp_rs::{Builder, Totp};

/// 160 bits, the output of the hash.
const BYTES: usize = 20;

/// How many steps the app's clock may be behind or ahead.
const SKEW: u16 = 1;

const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// It. Not `Debug`.
pub(super) struct Seed([u8; BYTES]);

impl Seed {
    /// A new one.
    pub(super) fn random() -> Self {
        Self(rand::random())
    }

    /// One that was sealed and opened again.
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        Some(Self(bytes.try_into().ok()?))
    }

    /// For sealing.
    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The time step whose code that is, if it is the present one's or a neighbour's. Spaces don't count.
    pub(super) fn step_of(&self, code: &str, now: Millis) -> Option<i64> {
        let code: String = code
            .chars()
            .filter(|c| !c.is_whitespace())
            .take(7)
            .collect();
        let seconds = u64::try_from(now.get() / 1000).ok()?;
        let step = self.totp().check(&code, seconds)?;
        i64::try_from(step).ok()
    }

    /// For typing, in groups of four.
    pub(super) fn in_groups(&self) -> String {
        let text = base32(&self.0);
        let mut grouped = String::with_capacity(text.len() * 5 / 4);
        for (index, character) in text.chars().enumerate() {
            if index > 0 && index % 4 == 0 {
                grouped.push(' ');
            }
            grouped.push(character);
        }
        grouped
    }

    /// For the app's camera: an `<svg>` element without scripts or styles.
    pub(super) fn qr_code(&self, site: &str, account: &str) -> Result<String, QrError> {
        let code = QrCode::new(self.address(site, account))?;
        let svg = code
            .render::<svg::Color<'_>>()
            .min_dimensions(200, 200)
            .build();
        // The declaration before the element has no place within a page.
        let start = svg.find("<svg").unwrap_or_default();
        Ok(svg[start..].to_owned())
    }

    /// `otpauth://`, as apps understand it.
    fn address(&self, site: &str, account: &str) -> String {
        let (site, account, secret) = (escaped(site), escaped(account), base32(&self.0));
        format!(
            "otpauth://totp/{site}:{account}?secret={secret}&issuer={site}&algorithm=SHA1&digits=6&period=30"
        )
    }

    fn totp(&self) -> Totp {
        Builder::new()
            .with_skew(SKEW)
            .with_secret(self.0)
            .build_noncompliant()
    }
}

/// RFC 4648, without padding.
fn base32(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 8 / 5 + 1);
    let (mut bits, mut held) = (0_u32, 0_u32);
    for byte in bytes {
        bits = ((bits << 8) | u32::from(*byte)) & 0xfff;
        held += 8;
        while held >= 5 {
            held -= 5;
            text.push(letter(bits >> held));
        }
    }
    if held > 0 {
        text.push(letter(bits << (5 - held)));
    }
    text
}

fn letter(bits: u32) -> char {
    char::from(BASE32[(bits & 31) as usize])
}

/// Everything but letters, digits and a few signs as `%xx`; a space is no `+`, which some apps would show.
fn escaped(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~@".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B, the last six digits.
    const VECTORS: [(i64, &str); 4] = [
        (59, "287082"),
        (1_111_111_109, "081804"),
        (1_234_567_890, "005924"),
        (20_000_000_000, "353130"),
    ];

    fn seed() -> Seed {
        Seed(*b"12345678901234567890")
    }

    /// AU-30.
    #[test]
    fn a_code_is_good_for_its_step_and_the_neighbours_only() {
        for (seconds, code) in VECTORS {
            let step = seconds / 30;
            for (off, good) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
                let now = Millis::new((step + off) * 30_000);
                let expected = (good && now.get() >= 0).then_some(step);
                if now.get() >= 0 {
                    assert_eq!(seed().step_of(code, now), expected, "{code} {off}");
                }
            }
        }
    }

    #[test]
    fn only_six_digits_are_a_code() {
        let now = Millis::new(59_000);
        assert_eq!(seed().step_of("287 082", now), Some(1));
        for other in [
            "",
            "28708",
            "2870820",
            "+87082",
            "２８７０８２",
            "287082287082",
        ] {
            assert_eq!(seed().step_of(other, now), None, "{other}");
        }
    }

    /// RFC 4648, section 10, and AU-32: no fewer than 160 bits.
    #[test]
    fn a_seed_is_written_in_base_32() {
        assert_eq!(base32(b"foobar"), "MZXW6YTBOI");
        assert_eq!(base32(b"fooba"), "MZXW6YTB");
        assert_eq!(base32(&Seed::random().0).len(), 32);
        assert_eq!(seed().in_groups().len(), 32 + 7);
        assert_ne!(Seed::random().0, Seed::random().0);
    }

    #[test]
    fn the_code_for_the_camera_names_site_and_account() {
        let address = seed().address("梁台 AI", "lin@example.com");
        assert_eq!(
            address,
            "otpauth://totp/%E6%A2%81%E5%8F%B0%20AI:lin@example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
             &issuer=%E6%A2%81%E5%8F%B0%20AI&algorithm=SHA1&digits=6&period=30"
        );
        let svg = seed().qr_code("Liantai", "lin@example.com").unwrap();
        assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>"));
        assert!(!svg.contains("style=") && !svg.contains("<script"));
    }
}
