// One broadcaster and a viewer for each relay. Each has the list of all of them, and its own one first.

import { startRecording } from "blobcast";
import "blobcast/element";
import { testPicture } from "./test_picture.js";

const NAME = "fleet";
const $ = (selector, within = document) => within.querySelector(selector);
const made = (id) => $(`#${id}`).content.cloneNode(true).firstElementChild;

let relays = await (await fetch("/relays")).json();
const urls = relays.map(({ url }) => url);

/** All relays, from the one with this number on. */
const from = (number) => [...urls.slice(number), ...urls.slice(0, number)];

/** Where somebody is, in words. */
const whereabouts = ({ state, url }) => `${state === "live" ? "At" : `${state}, tries`} relay ${urls.indexOf(url) + 1}`;

const say = (section, handle) => ($("[role=status]", section).textContent = whereabouts({ state: handle.state, url: handle.stats().url }));

/** Says it anew when it may have changed. */
function follow(section, handle) {
  for (const type of ["state", "stats"]) handle.addEventListener(type, () => say(section, handle));
  say(section, handle);
}

async function broadcast() {
  const section = $("section");
  try {
    follow(section, await startRecording(testPicture($("canvas")), { url: from(0), name: NAME }));
  } catch (error) {
    $("[role=status]", section).textContent = error.message;
  }
}

function watch(number) {
  const section = made("viewer");
  const player = $("blobcast-player", section);
  $("h2", section).textContent = `Viewer of relay ${number + 1}`;
  Object.assign(player, { url: from(number).join(" "), name: NAME });
  for (const type of ["state", "stats"]) player.addEventListener(type, () => player.viewing && say(section, player.viewing));
  $("main").insertBefore(section, $("#viewer"));
}

/** A line for each relay, with the button that kills it or starts it again. */
function show() {
  relays.forEach(({ url, pid, runs }, number) => {
    const line = $("ul").children[number] ?? $("ul").appendChild(made("relay"));
    $("code", line).textContent = url;
    $("span", line).textContent = runs ? `runs as process ${pid}` : "is dead";
    const button = $("button", line);
    button.textContent = `${runs ? "Kill" : "Start"} relay ${number + 1}`;
    button.onclick = async () => {
      button.disabled = true;
      relays = await (await fetch(`/relays/${number}/${runs ? "kill" : "start"}`, { method: "POST" })).json();
      button.disabled = false;
      show();
    };
  });
}

show();
relays.forEach((_, number) => watch(number));
broadcast();
