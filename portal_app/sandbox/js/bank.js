// Tells the page around this frame that the bank has its answer.
if (parent !== window && document.documentElement.dataset.answered === "true")
  parent.postMessage("sandbox:authenticated", location.origin);
