import { CODE_HEIGHT, HEIGHT, WIDTH } from "./frames.js";

const SPARKS = 60;

/** A few hundred squares, elsewhere in every frame, below the bar code. */
export function drawSparks(context) {
  for (let i = 0; i < SPARKS; i++) {
    context.fillStyle = `hsl(${Math.random() * 360} 80% 50%)`;
    context.fillRect(Math.random() * WIDTH, CODE_HEIGHT + Math.random() * (HEIGHT - CODE_HEIGHT), 12, 12);
  }
}
