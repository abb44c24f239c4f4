"""Makes libs/nn/testdata/torch-llama: logits, loss and LoRA gradients of a random Llama as PyTorch computes them in fp32.

  pip install torch transformers peft safetensors
  python tools/torch-fixtures/make.py

Weights are large, so that attention and gates are far from their linear range, and LoRA's B is not zero, so that A has a gradient.
Made with torch 2.13.0, transformers 5.18.0, peft 0.21.0; the files are the same on every run.
"""
import json, pathlib, torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import save_file
from transformers import LlamaConfig, LlamaForCausalLM

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "libs/nn/testdata/torch-llama"
R, ALPHA = 4, 8
LINEAR = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]

torch.manual_seed(0)
torch.set_num_threads(1)
config = LlamaConfig(hidden_size=24, intermediate_size=40, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
                     vocab_size=61, max_position_embeddings=64, rms_norm_eps=1e-5, tie_word_embeddings=False,
                     attn_implementation="eager")
model = LlamaForCausalLM(config).float()
base = {}
with torch.no_grad():
    for name, value in model.named_parameters():
        value.copy_(torch.randn_like(value) * 0.3 + (1 if name.endswith("norm.weight") else 0))
        base[name] = value.clone()
lora = get_peft_model(model, LoraConfig(r=R, lora_alpha=ALPHA, lora_dropout=0.0, task_type="CAUSAL_LM", target_modules=LINEAR))
adapter = {}
with torch.no_grad():
    for name, value in lora.named_parameters():
        if value.requires_grad:
            value.copy_(torch.randn_like(value) * 0.2)
plain = lambda name: name.removeprefix("base_model.model.").replace(".default.", ".")
sequences = [torch.randint(0, 61, (1, length)) for length in (19, 1, 33)]
# Mean over all predicted tokens of all sequences, as of one packed batch.
logits = [lora(input_ids=ids).logits[0] for ids in sequences]
losses = [torch.nn.functional.cross_entropy(row[:-1], ids[0, 1:], reduction="sum") for row, ids in zip(logits, sequences) if len(row) > 1]
loss = sum(losses) / sum(ids.shape[1] - 1 for ids in sequences)
loss.backward()
gradients = {}
for name, value in lora.named_parameters():
    if value.requires_grad:
        adapter[plain(name)] = value.detach().clone()
        gradients["grad." + plain(name)] = value.grad.clone()
FOLDER.mkdir(parents=True, exist_ok=True)
save_file({**base, **adapter}, FOLDER / "weights.safetensors")
save_file({"logits": torch.cat(logits).detach(), **gradients}, FOLDER / "expected.safetensors")
settings = dict(model_type="llama", hidden_size=24, intermediate_size=40, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
                vocab_size=61, rms_norm_eps=1e-5, rope_theta=10000, tie_word_embeddings=False, max_position_embeddings=64)
(FOLDER / "case.json").write_text(json.dumps(dict(config=settings, r=R, lora_alpha=ALPHA, loss=loss.item(),
                                                  sequences=[ids[0].tolist() for ids in sequences])) + "\n")
