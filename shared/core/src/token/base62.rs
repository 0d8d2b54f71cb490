//! Fixed-width base62 (`0-9A-Za-z`, big-endian): one text for one value.
//!
//! Our own by design: a number that does not fit the width is refused, and the copy of a secret that
//! is divided is wiped. Published base62 crates write as many digits as a number needs.

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Writes `bytes`, a big-endian number, as exactly `width` digits.
pub(crate) fn encode(bytes: &[u8], width: usize) -> String {
    let mut number = bytes.to_vec();
    let mut digits: Vec<u8> = (0..width)
        .map(|_| {
            let mut remainder: u16 = 0;
            for byte in &mut number {
                let value = remainder.wrapping_shl(8) | u16::from(*byte);
                *byte = u8::try_from(value.wrapping_div(62)).unwrap_or(u8::MAX);
                remainder = value.wrapping_rem(62);
            }
            ALPHABET
                .get(usize::from(remainder))
                .copied()
                .unwrap_or(b'0')
        })
        .collect();
    zeroize::Zeroize::zeroize(&mut number);
    digits.reverse();
    digits.iter().map(|digit| char::from(*digit)).collect()
}

/// Reads digits into `N` bytes; `None` for a character outside the alphabet or a number that does
/// not fit.
pub(crate) fn decode<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut number = [0_u8; N];
    for character in text.bytes() {
        let digit = match character {
            b'0'..=b'9' => character.wrapping_sub(b'0'),
            b'A'..=b'Z' => character.wrapping_sub(b'A').wrapping_add(10),
            b'a'..=b'z' => character.wrapping_sub(b'a').wrapping_add(36),
            _ => return None,
        };
        let mut carry = u16::from(digit);
        for byte in number.iter_mut().rev() {
            let value = u16::from(*byte).wrapping_mul(62).wrapping_add(carry);
            let [high, low] = value.to_be_bytes();
            *byte = low;
            carry = u16::from(high);
        }
        if carry != 0 {
            return None;
        }
    }
    Some(number)
}

#[cfg(test)]
mod tests {
    use super::{decode, encode};
    use proptest::prelude::*;

    #[test]
    fn values_over_the_width_are_refused() {
        assert_eq!(decode::<4>(&encode(&[0xff; 4], 6)), Some([0xff; 4]));
        assert_eq!(
            decode::<4>("4gfFC4"),
            None,
            "2^32 is one more than four bytes hold"
        );
        assert_eq!(decode::<4>("zzzzzz"), None);
        assert_eq!(decode::<4>("00000!"), None);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(bytes: [u8; 32]) {
            let text = encode(&bytes, 43);
            prop_assert_eq!(text.len(), 43);
            prop_assert_eq!(decode::<32>(&text), Some(bytes));
        }

        #[test]
        fn one_text_for_one_value(text in "[0-9A-Za-z]{22}") {
            if let Some(bytes) = decode::<16>(&text) {
                prop_assert_eq!(encode(&bytes, 22), text);
            }
        }
    }
}
