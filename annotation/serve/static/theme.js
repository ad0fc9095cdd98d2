// Light or dark before anything is drawn: as chosen here before, else as the system has it.
{
  let chosen = null;
  try { chosen = localStorage.getItem("annotation-theme"); } catch { /* storage may be off */ }
  if (chosen) document.documentElement.dataset.theme = chosen;
}
