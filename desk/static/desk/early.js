// Before the first paint: the page knows that scripts run, so nothing moves when they arrive.
document.documentElement.classList.add("js");
