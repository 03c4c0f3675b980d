"use strict";
// Whatever lies over the text is a step in the history, so that Back closes it and leaves the reader
// where they were. One at a time is open; the step is kept and used again by the next.
var overlays = (function () {
  var shut = null;
  function stands() { return history.state && history.state.overlay !== undefined; }
  // The address of the text under the step where the reader is, which the step knows.
  function address() { return (stands() ? history.state.before : location.hash) || location.pathname + location.search; }
  return {
    // From now on one is open: its name, what closes it, the address, if it has one of its own, and
    // whether Back shows what was open instead of the text.
    enter: function (name, close, hash, further) {
      if (shut && shut !== close) { shut(); }
      var before = address();
      history[stands() && !further ? "replaceState" : "pushState"]({ overlay: name, before: before }, "", hash || before);
      shut = close;
      window.onpopstate = function () {
        shut = window.onpopstate = null;
        close(true);
      };
    },
    // It is closed; done at once, since the next may be open before the browser tells of it.
    leave: function () {
      shut = window.onpopstate = null;
      if (stands()) { history.replaceState({ overlay: "", before: address() }, "", address()); }
    },
    // A link in it leads into the text: there in place of the overlay, unless Back is to show that again.
    follow: function (hash, further) {
      shut = window.onpopstate = null;
      if (stands() && !further) { location.replace(hash); } else { location.hash = hash; }
    },
    // The page came with it open; closed, it leads to the text.
    adopt: function (name, close, fresh) {
      var before = !fresh && stands() ? history.state.before : "";
      history.replaceState({ overlay: name, before: before }, "", location.hash);
      window.onpopstate = null;
      shut = close;
    }
  };
}());
