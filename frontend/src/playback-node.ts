// A node of Web Audio: the first sample that is no silence, and a context that does not run.

import { guarded } from "./guard.js";
import type { Playback } from "./playback.js";

/** Of 1; about -50 dB of full scale, below which nobody hears speech. */
const SILENCE = 0.003;
const POLL_MS = 50;
/** Longer than the time between two looks, at 48 kHz, so that no sample is missed. */
const WINDOW = 4096;

/** Tells what comes through the node until the returned function is called. The node's own connections stay. */
export function watchNode(node: AudioNode, playback: Playback): () => void {
  const { context } = node;
  const stopListening = listen(node, playback);
  const changed = (): void => {
    guarded(() => {
      if (context.state === "running" || context.state === "closed") playback.resumed();
      else playback.stalled(context.state);
    });
  };
  context.addEventListener("statechange", changed);
  return () => {
    stopListening();
    context.removeEventListener("statechange", changed);
    playback.resumed();
  };
}

/** Until the first sound, which is told, or until the returned function is called. */
function listen(node: AudioNode, playback: Playback): () => void {
  const analyser = node.context.createAnalyser();
  analyser.fftSize = WINDOW;
  node.connect(analyser);
  const samples = new Float32Array(WINDOW);
  const timer = setInterval(() => {
    guarded(() => {
      analyser.getFloatTimeDomainData(samples);
      const first = samples.findIndex((sample) => Math.abs(sample) > SILENCE);
      if (first < 0) return;
      stop();
      playback.heard(msSince(first, node.context));
    });
  }, POLL_MS);
  const stop = (): void => {
    clearInterval(timer);
    guarded(() => { node.disconnect(analyser); });
  };
  return stop;
}

/** How long ago the sample was heard: it stands before the newest one, and the newest is still on its way out. */
function msSince(first: number, context: BaseAudioContext): number {
  const latency = "outputLatency" in context ? Number(context.outputLatency) || 0 : 0;
  return ((WINDOW - first) / context.sampleRate - latency) * 1000;
}
