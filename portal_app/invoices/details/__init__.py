"""What invoices are addressed to: name, address and tax ids, as Stripe has them for a customer."""
