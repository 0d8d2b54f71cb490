// Light or dark as the browser asks, also when that changes while the page is open.
const dark = window.matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", follow);
follow();

SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#reference",
  deepLinking: true, // the address names the operation that is open
  filter: true,
  validatorUrl: null, // else the description would be sent to a validator elsewhere
});
