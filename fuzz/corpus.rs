//! What `npm test` does with a fuzz target: every file of its corpus, and what comes of them when they are damaged.

use proptest::{
    prelude::*,
    sample::Index,
    test_runner::{Config, TestRunner},
};
use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

/// How long one input may take. They are small: what takes longer hangs, also on a busy machine.
const PATIENCE: Duration = Duration::from_secs(5);

/// So much is put somewhere into an input, or instead of something in it, bytes.
const DAMAGE: usize = 24;

/// Feeds a target with its corpus, and with so many inputs that are like those in it.
pub(crate) fn feed(target: &str, cases: u32, check: fn(&[u8])) {
    let check = |bytes: &[u8]| {
        let began = Instant::now();
        check(bytes);
        assert!(began.elapsed() < PATIENCE, "it took {:?}", began.elapsed());
    };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus").join(target);
    let mut files: Vec<_> =
        fs::read_dir(&folder).expect("a corpus").map(|file| file.expect("a file").path()).collect();
    files.sort();
    let mut corpus = vec![Vec::new()];
    for file in files {
        println!("{}", file.display()); // shown when it fails
        let bytes = fs::read(&file).expect("a file");
        check(&bytes);
        corpus.push(bytes);
    }
    let damage = prop::collection::vec(any::<u8>(), 0..DAMAGE);
    let like_them = (prop::sample::select(corpus), any::<Index>(), any::<Index>(), damage).prop_map(
        |(mut bytes, start, end, damage)| {
            let start = start.index(bytes.len() + 1);
            let end = (start + end.index(DAMAGE)).min(bytes.len());
            bytes.splice(start..end, damage);
            bytes
        },
    );
    let mut runner = TestRunner::new(Config::with_cases(cases));
    let passed = runner.run(&like_them, |bytes| {
        check(&bytes);
        Ok(())
    });
    if let Err(error) = passed {
        panic!("{error}");
    }
}
