// A picture that says when it was drawn, and moves.

/** Draws on a canvas for as long as the page is there; its stream. */
export function testPicture(canvas) {
  const context = canvas.getContext("2d");
  const { width, height } = canvas;
  const draw = () => {
    const now = new Date();
    const turn = (now.getSeconds() + now.getMilliseconds() / 1000) / 60;
    context.fillStyle = `hsl(${turn * 360} 45% 30%)`;
    context.fillRect(0, 0, width, height);
    context.fillStyle = "#ffffff";
    context.fillRect(0, height - 12, (width * now.getMilliseconds()) / 1000, 12);
    context.font = `${height / 5}px ui-monospace, monospace`;
    context.textAlign = "center";
    context.fillText(now.toISOString().slice(11, 21), width / 2, height / 2);
  };
  setInterval(draw, 1000 / 30);
  draw();
  return canvas.captureStream(30);
}
