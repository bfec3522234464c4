#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| blobcast_container::fuzzing::archive(bytes));
