//! ffmpeg and ffprobe, as they are installed.

use std::{
    path::Path,
    process::{Output, Stdio},
    time::Duration,
};
use tokio::{process::Command, time::timeout};

/// How long it may compute, which depends on the machine and not on the relay.
const COMPUTING: Duration = Duration::from_secs(60);

/// A test picture and a tone, as fast as they are asked for. To be given a duration, codecs and a name.
pub(crate) const TEST_CARD: &str =
    "-f lavfi -i testsrc2=size=160x120:rate=30 -f lavfi -i sine=frequency=440:sample_rate=48000";

/// VP8 and Opus with a keyframe every 20 pictures.
pub(crate) const VP8_OPUS: &str = "-c:v libvpx -deadline realtime -cpu-used 8 -g 20 -c:a libopus -f webm";

/// ffmpeg with these arguments, which have no spaces in them.
pub(crate) fn ffmpeg(arguments: &str) -> Command {
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-nostdin", "-v", "error", "-y"]).args(arguments.split_whitespace());
    ffmpeg.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    ffmpeg
}

/// Has it make a file.
pub(crate) async fn make(file: &Path, arguments: &str) {
    let made = output(ffmpeg(arguments).arg(file)).await;
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}

async fn output(command: &mut Command) -> Output {
    timeout(COMPUTING, command.output()).await.expect("it computes for too long").unwrap()
}

/// One packet of a file.
#[derive(Clone, Debug)]
pub(crate) struct Packet {
    pub(crate) is_video: bool,
    /// When it is to be seen or heard, ms.
    pub(crate) millis: f64,
    /// What is in it.
    pub(crate) hash: String,
}

/// All packets of a file, in order.
pub(crate) async fn packets(file: &Path) -> Vec<Packet> {
    let mut ffprobe = Command::new("ffprobe");
    ffprobe.args([
        "-v",
        "error",
        "-show_data_hash",
        "md5",
        "-show_entries",
        "packet=codec_type,pts_time,data_hash",
    ]);
    let probed = output(ffprobe.arg(file)).await;
    let mut packets = Vec::new();
    let (mut is_video, mut millis) = (false, 0.0);
    for line in String::from_utf8(probed.stdout).unwrap().lines() {
        match line.split_once('=') {
            Some(("codec_type", kind)) => is_video = kind == "video",
            Some(("pts_time", time)) => millis = time.parse::<f64>().unwrap() * 1000.0,
            Some(("data_hash", hash)) => packets.push(Packet { is_video, millis, hash: hash.into() }),
            _ => {}
        }
    }
    packets
}
