// Light or dark: as the system has it, or as the switch in the header says. No module, since it runs before anything is painted.
{
  const KEY = "blobcast:theme";
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const themeOfSystem = () => (system.matches ? "dark" : "light");
  const theme = () => root.dataset.theme ?? themeOfSystem();

  /** Storage may be refused; then the choice is this page's. */
  const stored = (act) => {
    try {
      return act(localStorage);
    } catch {
      return null;
    }
  };

  const chosen = stored((storage) => storage.getItem(KEY));
  if (chosen) root.dataset.theme = chosen;

  /** What is chosen as the system has it is not kept: it follows the system again. */
  const choose = (wanted) => {
    if (wanted === themeOfSystem()) {
      delete root.dataset.theme;
      stored((storage) => storage.removeItem(KEY));
    } else {
      root.dataset.theme = wanted;
      stored((storage) => storage.setItem(KEY, wanted));
    }
  };

  document.addEventListener("DOMContentLoaded", () => {
    const button = document.getElementById("theme");
    const show = () => {
      button.setAttribute("aria-checked", theme() === "dark");
      document.dispatchEvent(new Event("themechange"));
    };
    button.addEventListener("click", () => {
      choose(theme() === "dark" ? "light" : "dark");
      show();
    });
    system.addEventListener("change", show);
    show();
  });
}
