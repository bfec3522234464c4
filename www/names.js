// A readable name for a broadcast, such as blue-otter-42.

const COLOURS = ["amber", "blue", "coral", "green", "grey", "ivory", "lilac", "olive", "pink", "red", "silver", "teal"];
const ANIMALS = ["badger", "crane", "dolphin", "falcon", "fox", "hare", "heron", "lynx", "otter", "owl", "robin", "seal", "swift", "whale"];

export const randomName = () => `${oneOf(COLOURS)}-${oneOf(ANIMALS)}-${10 + Math.floor(Math.random() * 90)}`;

const oneOf = (list) => list[Math.floor(Math.random() * list.length)];
