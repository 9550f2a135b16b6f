// An <audio> or <video> element, by its own events.

import { guarded } from "./guard.js";
import type { Playback } from "./playback.js";

const OVER = ["pause", "ended", "emptied", "error"] as const;

/** Tells what the element plays until the returned function is called. */
export function watchElement(element: HTMLMediaElement, playback: Playback): () => void {
  let playing = !element.paused && element.readyState >= element.HAVE_FUTURE_DATA;
  const audible = (): void => {
    if (playing && !element.muted && element.volume > 0) playback.heard();
  };
  const listeners: Record<string, () => void> = {
    playing: () => { playing = true; playback.resumed(); audible(); },
    volumechange: audible,
    waiting: () => { playing = false; if (!element.seeking) playback.stalled(); },
  };
  for (const name of OVER) listeners[name] = () => { playing = false; playback.resumed(); };

  const guardedListeners = Object.entries(listeners).map(([name, listen]) => [name, () => { guarded(listen); }] as const);
  for (const [name, listen] of guardedListeners) element.addEventListener(name, listen);
  audible();
  return () => {
    for (const [name, listen] of guardedListeners) element.removeEventListener(name, listen);
    playback.resumed();
  };
}
