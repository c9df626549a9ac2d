// The bank's page for a payment that waits for the customer, brought up by the provider's script.
// What it answers is not looked at: the page asks the provider.
import { useEffect, useRef, useState } from "react";

import { Button, loadedWell, stripeFor, useOwnDocument } from "./stripe_document.jsx";

export function BankStep({ publishableKey, script, clientSecret, labels, onAnswered }) {
  const [broken, setBroken] = useState(false);
  const asked = useRef("");
  useOwnDocument();
  useEffect(() => {
    if (!clientSecret || asked.current === clientSecret) return;
    asked.current = clientSecret;
    stripeFor(publishableKey, script).then(
      (stripe) => {
        loadedWell();
        const answered = () => onAnswered();
        stripe.handleNextAction({ clientSecret }).then(answered, answered);
      },
      () => setBroken(true),
    );
  }, [publishableKey, script, clientSecret]);
  if (!broken) return null;
  return (
    <div className="stack" role="alert">
      <p>{labels.broken}</p>
      <div className="action-row">
        <Button type="button" label={labels.retry} onClick={() => location.reload()} />
      </div>
    </div>
  );
}
