//! What the standard library has too, where its own brings much code that nobody needs here.

/// `f64::clamp` without its panic, which names the bounds: what writes a float is 9 KB of the wasm, gzipped.
pub fn clamp(value: f64, least: f64, most: f64) -> f64 {
    value.max(least).min(most)
}

/// `str::contains` by plain comparison: the search in linear time is 1 KB of the wasm, gzipped.
pub fn contains(text: &str, word: &str) -> bool {
    text.as_bytes().windows(word.len()).any(|part| part == word.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_a_word_and_keeps_within_bounds() {
        assert!(contains("video/webm;codecs=vp8,opus", "opus") && contains("opus", "opus"));
        assert!(!contains("opu", "opus") && !contains("video/webm;codecs=vp8", "opus"));
        assert_eq!([-1.0, 0.5, 2.0].map(|value| clamp(value, 0.0, 1.0)), [0.0, 0.5, 1.0]);
    }
}
