//! A quick hash of short texts: names, keys.

/// Of few different texts, no two have the same hash, but by accident. Nobody must gain by making two meet.
pub(crate) fn hash(text: &str) -> u32 {
    const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15; // 2⁶⁴ divided by the golden ratio: Fibonacci hashing
    let mix = |hash: u64, word: u64| (hash.rotate_left(29) ^ word).wrapping_mul(SPREAD);
    let bytes = text.as_bytes();
    let length = bytes.len() as u64;
    // The first and the last part overlap where the text is not as long as both.
    let hash = if let (Some(first), Some(last)) = (bytes.first_chunk::<8>(), bytes.last_chunk()) {
        let (words, _) = bytes.as_chunks();
        let inner = words.iter().skip(1);
        let hash = inner.fold(mix(length, u64::from_le_bytes(*first)), |hash, word| {
            mix(hash, u64::from_le_bytes(*word))
        });
        mix(hash, u64::from_le_bytes(*last))
    } else if let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk()) {
        let both = u64::from(u32::from_le_bytes(*first)) << 32;
        mix(length, both | u64::from(u32::from_le_bytes(*last)))
    } else {
        let all = bytes.iter();
        mix(length, all.fold(0, |all, byte| all << 8 | u64::from(*byte)))
    };
    // The upper bits are the better mixed ones.
    (hash >> 32) as u32
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn different_texts_have_different_hashes() {
        let texts = [
            "",
            "a",
            "b",
            "ab",
            "ba",
            "a\0",
            "app.kubernetes.io/name",
            "app.kubernetes.io/part",
            "bpp.kubernetes.io/name",
            "kubernetes",
            "kubernetet",
        ];
        let numbers: Vec<String> = (0..1000).map(|number| number.to_string()).collect();
        let all = texts.into_iter().chain(numbers.iter().map(String::as_str));
        let hashes: BTreeSet<u32> = all.map(hash).collect();
        assert_eq!(hashes.len(), texts.len() + numbers.len());
    }
}
