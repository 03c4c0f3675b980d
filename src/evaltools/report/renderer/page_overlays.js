"use strict";
// Whatever lies over the text is a step in the history, so that Back closes it and leaves the reader
// where they were. One at a time is open; the step is kept and used again by the next.
var overlays = (function () {
  var shut = null;
  var before = location.hash;
  function stands() { return history.state && history.state.overlay !== undefined; }
  function address() { return before || location.pathname + location.search; }
  return {
    // From now on one is open: its name, what closes it, and the address, if it has one of its own.
    enter: function (name, close, hash) {
      if (shut && shut !== close) { shut(); }
      if (!stands()) { before = location.hash; }
      history[stands() ? "replaceState" : "pushState"]({ overlay: name }, "", hash || address());
      shut = close;
      window.onpopstate = function () {
        shut = window.onpopstate = null;
        close(true);
      };
    },
    // It is closed; done at once, since the next may be open before the browser tells of it.
    leave: function () {
      shut = window.onpopstate = null;
      if (stands()) { history.replaceState({ overlay: "" }, "", address()); }
    },
    // A link in it leads into the text: there in place of the overlay.
    follow: function (hash) {
      shut = window.onpopstate = null;
      if (stands()) { location.replace(hash); } else { location.hash = hash; }
    },
    // The page came with it open; closed, it leads to the text.
    adopt: function (name, close, fresh) {
      history.replaceState({ overlay: name }, "", location.hash);
      if (fresh) { before = ""; }
      shut = close;
    }
  };
}());
