//! Has the relay compiled anew when the demo inside it has other files than before: the macro that embeds them watches only those
//! that it found. With debug assertions nothing is embedded: files are read when they are asked for.

fn main() {
    let is_debug = std::env::var_os("CARGO_CFG_DEBUG_ASSERTIONS").is_some();
    println!("cargo::rerun-if-changed={}", if is_debug { "build.rs" } else { "demo" });
}
