// Attributes as properties.

/** As of `<video>`. */
const NAMES = { playsinline: "playsInline" };

const camelCase = (attribute) => NAMES[attribute] ?? attribute.replace(/-(.)/g, (_, letter) => letter.toUpperCase());

/** How each kind of attribute is read and written. What is no number is NaN, and the call says what it takes. */
const kinds = {
  string: { read: (text) => text ?? "", write: String },
  boolean: { read: (text) => text !== null, write: () => "" },
  source: { read: (text) => text ?? "camera", write: String },
  number: { read: (text) => (text === null ? null : Number(text)), write: String },
};

/** Gives a class a property for each attribute: `{ "target-latency": "number" }` is `targetLatency`. */
export function reflect(element, attributes) {
  for (const [attribute, kind] of Object.entries(attributes)) {
    const { read, write } = kinds[kind];
    Object.defineProperty(element.prototype, camelCase(attribute), {
      configurable: true,
      enumerable: true,
      get() {
        return read(this.getAttribute(attribute));
      },
      set(value) {
        if (value == null || (kind === "boolean" && !value)) this.removeAttribute(attribute);
        else this.setAttribute(attribute, write(value));
      },
    });
  }
}

/**
 * Takes the properties that a page set before the element was defined, which hide those of the class.
 * <https://web.dev/articles/custom-elements-best-practices#make_properties_lazy>
 */
export function adoptProperties(element) {
  for (const name of Object.keys(element)) {
    if (!(name in Object.getPrototypeOf(element))) continue;
    const value = element[name];
    delete element[name];
    element[name] = value;
  }
}
