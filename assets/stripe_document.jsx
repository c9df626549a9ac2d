// What every page that loads the provider's script needs: the script, once, and a document of its own.
import { loadStripe } from "@stripe/stripe-js/pure";
import { useEffect } from "react";

const RELOADED = "portal_card_page_reloaded";

let stripeOnce;
// One for the document, as Stripe asks for; tried anew after a failure.
export function stripeFor(key, script) {
  stripeOnce ??= (script ? load(script).then(() => window.Stripe(key)) : loadStripe(key)).catch(
    (error) => {
      stripeOnce = undefined;
      throw error;
    },
  );
  return stripeOnce;
}

function load(address) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    Object.assign(script, { src: address, onload: resolve, onerror: reject });
    document.head.append(script);
  });
}

// The provider's script ran, so the document may load it: a later refusal is worth a reload again.
export function loadedWell() {
  sessionStorage.removeItem(RELOADED);
}

// A policy belongs to the document. Who came here without a full load gets one now, and who leaves
// without one takes no permission along.
export function useOwnDocument() {
  useEffect(() => {
    const here = location.pathname;
    const refused = ({ effectiveDirective: directive }) => {
      if (!/^(script|frame)-src/.test(directive) || sessionStorage.getItem(RELOADED)) return;
      sessionStorage.setItem(RELOADED, "yes");
      location.reload();
    };
    document.addEventListener("securitypolicyviolation", refused);
    return () => {
      document.removeEventListener("securitypolicyviolation", refused);
      if (location.pathname !== here) location.reload();
    };
  }, []);
}

export function Button({ label, busy = false, disabled = false, ...rest }) {
  return (
    <button className="button button-primary" disabled={busy || disabled} aria-busy={busy} {...rest}>
      <span className="spinner" aria-hidden="true" />
      <span className="button-label">{label}</span>
    </button>
  );
}
