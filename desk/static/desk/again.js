// Signed in again in a window of its own: the page that waits for it goes on.
window.close();
