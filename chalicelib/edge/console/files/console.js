// Times are shown in the reviewer's zone, which only the browser knows: it is told along with the sign-in.
const start = document.getElementById("start");
if (start) {
  const address = new URL(start.href);
  address.searchParams.set("zone", Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC");
  start.href = address;
}
