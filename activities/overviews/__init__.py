"""An annual review as a whole: how far it is, who is waited for, how grades are spread, and the workbook."""
