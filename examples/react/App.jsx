import { useState } from "react";
import { Broadcast } from "./Broadcast.jsx";
import { Watch } from "./Watch.jsx";

// Vite's own server is told of the relay; what Vite has built expects it at the page's own address.
const lobby = { url: import.meta.env.VITE_RELAY ?? location.origin, name: "lobby" };

/** What is mounted runs, what is unmounted has stopped. */
export function App() {
  const [broadcasts, setBroadcasts] = useState(false);
  const [watches, setWatches] = useState(false);
  return (
    <>
      <h1>The lobby</h1>
      <section>
        <button onClick={() => setBroadcasts(!broadcasts)}>{broadcasts ? "Stop broadcasting" : "Broadcast"}</button>
        {broadcasts && <Broadcast {...lobby} />}
      </section>
      <section>
        <button onClick={() => setWatches(!watches)}>{watches ? "Stop watching" : "Watch"}</button>
        {watches && <Watch {...lobby} />}
      </section>
    </>
  );
}
