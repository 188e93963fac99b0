//! From when until when a certificate is valid, read from its DER.
//!
//! Whether it is trusted is rustls' to say, and it does not tell these two dates. They are all
//! that is read here; RFC 5280, section 4.1, has the layout.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, civil};

/// From when until when a certificate is valid, both inclusive, to the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// `notBefore`.
    pub not_before: Timestamp,
    /// `notAfter`.
    pub not_after: Timestamp,
}

impl Validity {
    /// Whether a verifier whose clock says `now` would accept it.
    pub fn contains(&self, now: Timestamp) -> bool {
        self.not_before <= now && now <= self.not_after
    }

    /// When it should be replaced: after two thirds of its life, so that a third is left to
    /// notice that replacing it fails.
    pub fn renewal(&self) -> Timestamp {
        let life = self.not_after.duration_since(self.not_before);
        self.not_before
            .saturating_add(life * 2 / 3)
            .unwrap_or(self.not_after)
    }

    /// `life` from `issued`, backdated by `skew` for verifiers whose clock is behind ours, and
    /// cut where the issuer's own life ends.
    pub(super) fn starting(
        issued: Timestamp,
        life: SignedDuration,
        skew: SignedDuration,
        issuer: Option<Validity>,
    ) -> Option<Self> {
        // Certificates count in seconds.
        let issued = Timestamp::from_second(issued.as_second()).ok()?;
        let not_after = issued.checked_add(life).ok()?;
        Some(Self {
            not_before: issued.checked_sub(skew).ok()?,
            not_after: issuer.map_or(not_after, |issuer| not_after.min(issuer.not_after)),
        })
    }

    /// Reads it from a certificate; none when `der` is not one.
    pub(super) fn read(der: &[u8]) -> Option<Self> {
        let certificate = Element::read(der)?.sequence()?;
        let to_be_signed = Element::read(certificate)?.sequence()?;
        let mut field = Element::read(to_be_signed)?;
        if field.tag == VERSION {
            field = Element::read(field.rest)?;
        }
        // The field is the serial number; signature algorithm and issuer follow, then validity.
        for _ in 0..3 {
            field = Element::read(field.rest)?;
        }
        let not_before = Element::read(field.sequence()?)?;
        let not_after = Element::read(not_before.rest)?;
        Some(Self {
            not_before: not_before.time()?,
            not_after: not_after.time()?,
        })
    }
}

const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// One DER element, and what comes after it.
struct Element<'a> {
    tag: u8,
    content: &'a [u8],
    rest: &'a [u8],
}

impl<'a> Element<'a> {
    fn read(input: &'a [u8]) -> Option<Self> {
        let (&tag, input) = input.split_first()?;
        let (&first, input) = input.split_first()?;
        let (length, input) = match first {
            0..=0x7f => (usize::from(first), input),
            // The low bits say how many bytes the length takes; no certificate needs over four.
            0x81..=0x84 => {
                let (bytes, input) = input.split_at_checked(usize::from(first & 0x7f))?;
                (
                    bytes
                        .iter()
                        .fold(0, |length, &byte| length << 8 | usize::from(byte)),
                    input,
                )
            }
            _ => return None,
        };
        let (content, rest) = input.split_at_checked(length)?;
        Some(Self { tag, content, rest })
    }

    fn sequence(&self) -> Option<&'a [u8]> {
        (self.tag == SEQUENCE).then_some(self.content)
    }

    fn time(&self) -> Option<Timestamp> {
        let text = str::from_utf8(self.content).ok()?;
        let text = match self.tag {
            // Two digits for the year: 50 to 99 are of the last century.
            UTC_TIME if text.get(..1)? >= "5" => format!("19{text}"),
            UTC_TIME => format!("20{text}"),
            GENERALIZED_TIME => text.to_owned(),
            _ => return None,
        };
        let time = civil::DateTime::strptime("%Y%m%d%H%M%SZ", text).ok()?;
        Some(time.to_zoned(TimeZone::UTC).ok()?.timestamp())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn issued(not_before: (i32, u8, u8), not_after: (i32, u8, u8)) -> Vec<u8> {
        let mut params = rcgen::CertificateParams::default();
        params.not_before = rcgen::date_time_ymd(not_before.0, not_before.1, not_before.2);
        params.not_after = rcgen::date_time_ymd(not_after.0, not_after.1, not_after.2);
        params
            .self_signed(&rcgen::KeyPair::generate().unwrap())
            .unwrap()
            .der()
            .to_vec()
    }

    #[test]
    fn both_encodings_of_time_are_read() {
        for (not_before, not_after, expected) in [
            (
                (1985, 3, 9),
                (2026, 11, 22),
                ("1985-03-09T00:00:00Z", "2026-11-22T00:00:00Z"),
            ),
            (
                (2026, 1, 1),
                (2049, 12, 31),
                ("2026-01-01T00:00:00Z", "2049-12-31T00:00:00Z"),
            ),
            (
                (2049, 12, 31),
                (2050, 1, 1),
                ("2049-12-31T00:00:00Z", "2050-01-01T00:00:00Z"),
            ),
        ] {
            let validity = Validity::read(&issued(not_before, not_after)).unwrap();
            assert_eq!(validity.not_before, expected.0.parse().unwrap());
            assert_eq!(validity.not_after, expected.1.parse().unwrap());
        }
    }

    #[test]
    fn what_is_cut_short_is_no_certificate() {
        let der = issued((2026, 1, 1), (2027, 1, 1));
        for length in 0..der.len() {
            assert_eq!(
                Validity::read(&der[..length]),
                None,
                "{length} of {} bytes",
                der.len()
            );
        }
    }

    #[test]
    fn any_bytes_are_read_without_a_panic() {
        let der = issued((2026, 1, 1), (2027, 1, 1));
        for at in 0..der.len() {
            for byte in [0x00, 0x30, 0x7f, 0x80, 0x84, 0xff] {
                let mut broken = der.clone();
                broken[at] = byte;
                if let Some(validity) = Validity::read(&broken) {
                    assert!(validity.renewal() <= validity.not_after.max(validity.not_before));
                }
            }
        }
    }
}
