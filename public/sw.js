// The service worker. It keeps nothing: no page, no answer, no file. When a page can't be had because the network or the
// server is away, it says so in place of the browser, in both languages, and tries again as soon as the network is back.

const text = `<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>炼台 · Liantai</title>
<style nonce="NONCE">
html { color-scheme: light dark; font: 100%/1.6 system-ui, sans-serif; background: light-dark(#fbfaf8, #17181b); color: light-dark(#25272d, #e8e5e0); }
body { display: grid; place-content: center; gap: 1rem; min-height: 100dvh; margin: 0; padding: 1.5rem; box-sizing: border-box; text-align: center; }
h1, h2 { margin: 0; font-size: 1.25rem; }
p { margin: 0; }
a { display: inline-block; min-height: 2.75rem; padding: 0 1.25rem; border-radius: .625rem; line-height: 2.75rem; text-decoration: none; background: light-dark(#b04a1a, #e39a6b); color: light-dark(#fff, #2a160b); }
</style>
</head>
<body>
<main>
<h1>连不上炼台</h1>
<p>网络恢复后，本页会自动重试。</p>
<h2 lang="en">Liantai can’t be reached</h2>
<p lang="en">This page tries again when the network is back.</p>
<p><a href="">再试一次 <span lang="en">Try again</span></a></p>
</main>
<script nonce="NONCE">addEventListener("online", () => location.reload());</script>
</body>
</html>`;

function away() {
  const nonce = crypto.randomUUID();
  return new Response(text.replaceAll("NONCE", nonce), {
    status: 503,
    headers: {
      "Content-Type": "text/html; charset=utf-8",
      "Cache-Control": "no-store",
      "Content-Security-Policy": `default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    },
  });
}

async function page(event) {
  try {
    return (await event.preloadResponse) ?? (await fetch(event.request));
  } catch {
    return away();
  }
}

addEventListener("install", () => skipWaiting());

addEventListener("activate", (event) => {
  // The page is asked for while this script starts.
  event.waitUntil(Promise.all([clients.claim(), registration.navigationPreload?.enable()]));
});

addEventListener("fetch", (event) => {
  // A form that could not be sent stays with the browser, which offers to send it again.
  if (event.request.mode === "navigate" && event.request.method === "GET") event.respondWith(page(event));
});

addEventListener("notificationclick", (event) => {
  event.notification.close();
  const path = event.notification.data;
  if (typeof path !== "string" || !path.startsWith("/c/")) return;
  const address = new URL(path, location.origin).href;
  event.waitUntil(
    clients.matchAll({ type: "window" }).then((windows) => {
      const open = windows.find(({ url }) => url.split(/[?#]/)[0] === address);
      return open ? open.focus() : clients.openWindow(address);
    }),
  );
});
