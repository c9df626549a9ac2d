// The provider's Payment Element with our button. Key, script and secret are props from the state;
// what is typed stays in the provider's own frame.
import { Elements, PaymentElement, useElements, useStripe } from "@stripe/react-stripe-js";
import { useEffect, useRef, useState } from "react";

import { Button, loadedWell, stripeFor, useOwnDocument } from "./stripe_document.jsx";

// The look of the fields, from the tokens that this page has.
function appearance() {
  const shell = getComputedStyle(document.querySelector(".shell"));
  const token = (name) => shell.getPropertyValue(name).trim();
  const dark = getComputedStyle(document.documentElement).colorScheme === "dark";
  return {
    theme: dark ? "night" : "stripe",
    variables: {
      colorPrimary: dark ? token("--accent-text") : token("--accent"),
      colorBackground: token("--panel"),
      colorText: token("--text"),
      colorTextSecondary: token("--text-muted"),
      colorTextPlaceholder: token("--text-muted"),
      colorDanger: token("--danger-text"),
      fontFamily: token("--font"),
      borderRadius: token("--radius-control"),
    },
    rules: { ".Input": { borderColor: token("--line-strong") } },
  };
}

function useAppearance() {
  const [look, setLook] = useState(appearance);
  useEffect(() => {
    const refresh = () => setLook(appearance());
    const themes = new MutationObserver(refresh);
    const system = matchMedia("(prefers-color-scheme: dark)");
    themes.observe(document.documentElement, { attributeFilter: ["class", "data-theme"] });
    system.addEventListener("change", refresh);
    return () => {
      themes.disconnect();
      system.removeEventListener("change", refresh);
    };
  }, []);
  return look;
}

// A setup that the bank approved while nobody here heard of it can't be confirmed again.
async function outcomeOf(stripe, clientSecret, { error, setupIntent }) {
  if (error?.code !== "setup_intent_unexpected_state") return { error, setupIntent };
  const found = error.setup_intent ?? (await stripe.retrieveSetupIntent(clientSecret)).setupIntent;
  return ["succeeded", "processing"].includes(found?.status) ? { setupIntent: found } : { error };
}

// One of our own sentences for what the bank says, whose word is not for everybody's eyes.
function sentenceFor(error, { kinds, sentences }) {
  if (!error.decline_code && !(error.code in kinds)) return error.message;
  return sentences[kinds[error.decline_code] ?? kinds[error.code] ?? kinds.generic_decline];
}

function Fields({ clientSecret, returnUrl, back, labels, declines, onSucceeded, children }) {
  const stripe = useStripe();
  const elements = useElements();
  const [ready, setReady] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const underWay = useRef(false);

  async function confirm() {
    const { error } = await elements.submit();
    if (error) return { error };
    const answer = await stripe.confirmSetup({
      elements,
      clientSecret,
      confirmParams: { return_url: returnUrl },
      redirect: "if_required",
    });
    return outcomeOf(stripe, clientSecret, answer);
  }

  async function submit(event) {
    event.preventDefault();
    // Two presses within one frame see the same `busy`.
    if (!ready || underWay.current) return;
    underWay.current = true;
    setBusy(true);
    setProblem("");
    const { error, setupIntent } = await confirm().catch(() => ({ error: {} }));
    if (setupIntent) return onSucceeded(setupIntent.id);
    underWay.current = false;
    setBusy(false);
    // The fields say themselves what is wrong with them.
    if (error.type !== "validation_error") setProblem(sentenceFor(error, declines) ?? labels.lost);
  }

  return (
    <form className="stack payment-form" onSubmit={submit} noValidate>
      <div className="payment-fields">
        {!ready && <Waiting labels={labels} />}
        <PaymentElement
          options={{ layout: "tabs", terms: { card: "never" } }}
          onReady={() => {
            loadedWell();
            setReady(true);
          }}
          // What was wrong with the last try says nothing about what is typed now.
          onChange={() => setProblem("")}
        />
      </div>
      {children}
      <div role="alert">{problem && <p className="field-error">{problem}</p>}</div>
      <div className="action-row">
        <Button type="submit" label={labels.submit} busy={busy} disabled={!ready} />
        <a className="button button-surface" href={back}>
          <span className="button-label">{labels.cancel}</span>
        </a>
      </div>
    </form>
  );
}

function Waiting({ labels }) {
  return (
    <p className="skeleton skeleton-form" role="status">
      <span className="visually-hidden">{labels.loading}</span>
    </p>
  );
}

export function PaymentForm({ publishableKey, script, clientSecret, locale, labels, ...rest }) {
  const [stripe, setStripe] = useState(null);
  const [broken, setBroken] = useState(false);
  const look = useAppearance();
  useOwnDocument();
  useEffect(() => {
    if (!publishableKey || !clientSecret) return;
    stripeFor(publishableKey, script).then(setStripe, () => setBroken(true));
  }, [publishableKey, script, clientSecret]);
  if (broken) {
    return (
      <div className="stack" role="alert">
        <p>{labels.broken}</p>
        <div className="action-row">
          <Button type="button" label={labels.retry} onClick={() => location.reload()} />
        </div>
      </div>
    );
  }
  if (!stripe || !clientSecret) return <Waiting labels={labels} />;
  return (
    <Elements key={clientSecret} stripe={stripe} options={{ clientSecret, appearance: look, locale }}>
      <Fields clientSecret={clientSecret} labels={labels} {...rest} />
    </Elements>
  );
}
