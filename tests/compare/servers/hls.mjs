// What comes to /publish goes into ffmpeg, which makes HLS of it: H.264, segments of a second. All else is asked for by http.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createReadStream } from "node:fs";
import { createServer } from "node:http";
import { basename, join } from "node:path";
import { WebSocketServer } from "ws";

const [ffmpeg, folder] = process.argv.slice(2);

const INPUT = ["-probesize", "4096", "-analyzeduration", "0", "-f", "matroska", "-i", "pipe:0"];
// x264 takes WebM for 1000 frames a second, and would give each of them its share of the bitrate.
const CODEC = ["-c:v", "libx264", "-preset", "veryfast", "-tune", "zerolatency", "-pix_fmt", "yuv420p", "-fps_mode", "passthrough", "-x264-params", "fps=30"];
const RATE = ["-b:v", "1500k", "-maxrate", "1500k", "-bufsize", "1500k", "-force_key_frames", "expr:gte(t,n_forced)"];
const HLS = ["-f", "hls", "-hls_time", "1", "-hls_list_size", "6", "-hls_flags", "delete_segments+independent_segments", "-hls_segment_type", "fmp4"];

const TYPES = { m3u8: "application/vnd.apple.mpegurl", m4s: "video/iso.segment", mp4: "video/mp4" };

const server = createServer(({ url }, response) => {
  const name = basename(url.split("?")[0]);
  const file = createReadStream(join(folder, name));
  const headers = { "Content-Type": TYPES[name.split(".").at(-1)], "Cache-Control": "no-store", "Access-Control-Allow-Origin": "*", "Timing-Allow-Origin": "*" };
  file.once("open", () => file.pipe(response.writeHead(200, headers)));
  file.once("error", () => response.writeHead(404, headers).end());
});

new WebSocketServer({ server }).on("connection", (socket) => {
  const options = { cwd: folder, stdio: ["pipe", "ignore", "inherit"] };
  const encoder = spawn(ffmpeg, ["-hide_banner", "-loglevel", "fatal", ...INPUT, "-an", ...CODEC, ...RATE, ...HLS, "live.m3u8"], options);
  encoder.stdin.on("error", () => {}); // it has ended by itself and said why
  socket.on("message", (data) => encoder.stdin.write(data));
  socket.on("close", () => encoder.stdin.end());
});

server.listen(0, "127.0.0.1");
await once(server, "listening");
const { port } = server.address();
console.log(JSON.stringify({ url: `http://127.0.0.1:${port}/`, publishUrl: `ws://127.0.0.1:${port}/` }));
