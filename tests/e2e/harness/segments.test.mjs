import assert from "node:assert/strict";
import { test } from "node:test";
import { assertOnce, assertSame, assertWhole, glue, read } from "./segments.mjs";

const message = (kind, seq, body, { segment = 7, cutShort = false } = {}) => ({ kind, seq, segment, cutShort, body: Buffer.from(body) });
const blob = (seq, body, options) => message("blob", seq, body, options);
const chunk = (seq, body, options) => message("chunk", seq, body, options);
const last = (seq, body = "", options) => message("last chunk", seq, body, options);

const RECORDED = [blob(1, "head"), chunk(1, "-a"), chunk(2, "-b"), last(3)];
const bytesOf = (segments) => segments.get(7).bytes.toString();

test("reads the examples of the protocol", () => {
  const head = read(Buffer.from("0100150001000000fecadec0e16006000201dfc0e1600600766964656f2f7765626d3b636f646563733d7670381a45dfa3", "hex"));
  assert.deepEqual({ ...head, body: head.body.toString("hex") }, {
    kind: "blob", cutShort: false, seq: 1, segment: 1795372579998462, body: "1a45dfa3",
  });
  const end = read(Buffer.from("0102010003000000fecadec0e16006000201dfc0e1600600", "hex"));
  assert.deepEqual([end.kind, end.cutShort, end.seq, end.body.length], ["last chunk", true, 3, 0]);
});

test("pieces are glued by their numbers, whatever their order", () => {
  for (const messages of [RECORDED, RECORDED.toReversed()]) {
    const segments = glue(messages);
    assertWhole(segments);
    assertOnce(segments);
    assert.equal(bytesOf(segments), "head-a-b");
  }
});

test("a newcomer's blob and one that heals are the same bytes", () => {
  for (const messages of [
    [blob(3, "head-a-b"), last(3)],
    [blob(1, "head"), blob(3, "head-a-b"), last(3)],
    [blob(1, "head"), chunk(1, "-a"), blob(3, "head-a-b"), last(3)],
  ]) {
    const segments = glue(messages);
    assertWhole(segments);
    assertOnce(segments);
    assertSame(segments, glue(RECORDED));
  }
});

test("what is missing, ends twice or never, or does not fit is named", () => {
  const wrong = (...messages) => assert.throws(() => assertWhole(glue(messages)));
  wrong();
  wrong(chunk(1, "-a"), last(2));
  wrong(blob(1, "head"), chunk(2, "-b"), last(3));
  wrong(blob(1, "head"), chunk(1, "-a"));
  wrong(blob(1, "head"), last(1), last(2));
  wrong(blob(1, "head"), blob(2, "other"), last(2));
  wrong(blob(1, "head"), chunk(1, "-a"), chunk(1, "-b"), last(2));
});

test("what comes twice is named", () => {
  const twice = (...messages) => assert.throws(() => assertOnce(glue([...RECORDED, ...messages])), /piece 1|blob of 1/);
  twice(chunk(1, "-a"));
  twice(blob(1, "head"));
  assert.throws(() => assertOnce(glue([blob(3, "head-a-b"), chunk(2, "-b"), last(3)])), /piece 2, which the blob has/);
});

test("a segment cut short is a beginning; a lost one and other bytes are not the same", () => {
  const later = (messages) => messages.map((message) => ({ ...message, segment: 8 }));
  const recorded = glue([...RECORDED, ...later(RECORDED)]);
  const short = [blob(1, "head"), last(1, "", { cutShort: true })];
  assertSame(glue([...short, ...later(RECORDED)]), recorded);
  assertSame(glue(later(RECORDED)), recorded); // joined later
  assert.throws(() => assertSame(glue(RECORDED), recorded));
  assert.throws(() => assertSame(glue([...RECORDED, ...later([blob(1, "tail"), last(1)])]), recorded), /segment 8/);
  assert.throws(() => assertSame(glue(later([blob(1, "head"), last(1)])), recorded), /4 of 8 bytes/);
});
