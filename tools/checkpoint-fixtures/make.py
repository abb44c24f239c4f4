"""Writes the model folders of libs/policy/testdata and what transformers and peft compute from them. See README.md."""
import base64
import json
import sys
from pathlib import Path

import torch
from peft import LoraConfig, get_peft_model
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import AutoModelForCausalLM, LlamaConfig, PreTrainedTokenizerFast, Qwen2Config

HERE = Path(__file__).parent
LLAMA_SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
QWEN_SPLIT = LLAMA_SPLIT.replace(r"\p{N}{1,3}", r"\p{N}")
LLAMA_SPECIAL = [
    "<|begin_of_text|>", "<|end_of_text|>", "<|finetune_right_pad_id|>", "<|start_header_id|>", "<|end_header_id|>",
    "<|eom_id|>", "<|eot_id|>", "<|python_tag|>",
]
QWEN_SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]


def train_tokenizer(family, texts):
    qwen = family == "qwen25"
    tokenizer = Tokenizer(models.BPE(ignore_merges=not qwen))
    if qwen:
        tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(QWEN_SPLIT if qwen else LLAMA_SPLIT), "isolated", invert=False),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ])
    tokenizer.decoder = decoders.ByteLevel()
    special = QWEN_SPECIAL if qwen else LLAMA_SPECIAL
    trainer = trainers.BpeTrainer(
        vocab_size=512 - len(special), initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    # Behind the merges, as in the original files.
    tokenizer.add_special_tokens([AddedToken(token, normalized=False, special=True) for token in special])
    if not qwen:
        bos = "<|begin_of_text|>"
        tokenizer.post_processor = processors.Sequence([
            processors.ByteLevel(trim_offsets=True),
            processors.TemplateProcessing(single=f"{bos} $A", special_tokens=[(bos, tokenizer.token_to_id(bos))]),
        ])
    else:
        tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token=None if qwen else "<|begin_of_text|>",
        eos_token="<|im_end|>" if qwen else "<|eot_id|>",
        pad_token="<|endoftext|>" if qwen else "<|finetune_right_pad_id|>",
        clean_up_tokenization_spaces=False,
    )


def small_config(family, vocab_size):
    sizes = dict(
        vocab_size=vocab_size, hidden_size=64, intermediate_size=112, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2,
    )
    if family == "qwen25":
        return Qwen2Config(
            **sizes, rms_norm_eps=1e-6, rope_theta=1000000.0, tie_word_embeddings=False, max_position_embeddings=32768,
            use_sliding_window=False, initializer_range=0.4,
        )
    scaling = dict(
        rope_type="llama3", rope_theta=500000.0, factor=32.0, low_freq_factor=1.0, high_freq_factor=4.0,
        original_max_position_embeddings=32,
    )
    return LlamaConfig(
        **sizes, head_dim=16, rms_norm_eps=1e-5, rope_parameters=scaling, tie_word_embeddings=True,
        max_position_embeddings=1024, initializer_range=0.4,
    )


def numbers(tensor):
    return base64.b64encode(tensor.detach().to(torch.float32).contiguous().numpy().tobytes()).decode()


def outputs(model, ids):
    with torch.no_grad():
        logits = model(torch.tensor([ids])).logits[0]
        greedy = list(ids)
        margin = float("inf")
        for _ in range(200):
            last = model(torch.tensor([greedy])).logits[0, -1]
            top = last.topk(2).values
            margin = min(margin, (top[0] - top[1]).item())
            greedy.append(last.argmax().item())
    # Every fifth position is enough to see a wrong rotation, and a fifth of the size.
    return {"positions": list(range(4, len(ids), 5)), "logits": numbers(logits[4::5]), "greedy": greedy[len(ids):],
            "smallest_margin": margin}


def dialogues(tokenizer, template, cases):
    marked = template.replace("{#-gen-#}", "{%- generation -%}").replace("{#-endgen-#}", "{%- endgeneration -%}")
    found = []
    for case in cases:
        options = dict(tools=case["tools"] or None, date_string="26 Jul 2024", return_dict=True)
        whole = tokenizer.apply_chat_template(
            case["messages"], chat_template=marked, return_assistant_tokens_mask=True, **options)
        plain = tokenizer.apply_chat_template(case["messages"], **options)
        assert whole["input_ids"] == plain["input_ids"]
        prompt = tokenizer.apply_chat_template(case["messages"][:-1], add_generation_prompt=True, **options)
        found.append({"ids": whole["input_ids"], "assistant_mask": whole["assistant_masks"], "prompt_ids": prompt["input_ids"]})
    return found


def make(family, out, seed):
    source = json.loads((HERE / "texts.json").read_text())
    template = (HERE / f"{family}.jinja").read_text()
    folder = out / family
    tokenizer = train_tokenizer(family, source["texts"])
    tokenizer.chat_template = template
    tokenizer.save_pretrained(folder)

    torch.manual_seed(seed)
    dtype = torch.bfloat16 if family == "qwen25" else torch.float32
    config = small_config(family, len(tokenizer))
    model = AutoModelForCausalLM.from_config(config, dtype=torch.float32).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.endswith("bias"):
                parameter.normal_(0, 0.4)
            elif "norm" in name:
                parameter.uniform_(0.5, 1.5)
    model.generation_config.eos_token_id = [tokenizer.eos_token_id, tokenizer.pad_token_id]
    model.to(dtype).save_pretrained(folder, max_shard_size="200KB" if family == "llama32" else "5GB")
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()

    ids = tokenizer(source["prompt"]).input_ids
    expected = {"ids": ids, **outputs(model, ids), "dialogues": dialogues(tokenizer, template, source["dialogues"]),
                "strings": [tokenizer(text, add_special_tokens=False).input_ids for text in source["strings"]]}
    lora = (
        LoraConfig(task_type="CAUSAL_LM", r=4, lora_alpha=8, use_rslora=True, lora_dropout=0.1,
                   target_modules=["q_proj", "v_proj", "down_proj"])
        if family == "llama32"
        else LoraConfig(task_type="CAUSAL_LM", r=2, lora_alpha=4, target_modules="all-linear")
    )
    adapted = get_peft_model(model, lora).eval()
    with torch.no_grad():
        for name, parameter in adapted.named_parameters():
            if "lora_B" in name:
                parameter.normal_(0, 0.1)
    adapted.save_pretrained(folder / "adapter")
    config_file = folder / "adapter" / "adapter_config.json"
    saved = json.loads(config_file.read_text())
    saved["base_model_name_or_path"] = family
    saved["target_modules"] = sorted(saved["target_modules"])
    config_file.write_text(json.dumps(saved, indent=2, sort_keys=True) + "\n")
    (folder / "adapter" / "README.md").unlink(missing_ok=True)
    expected["adapter"] = outputs(adapted, ids)
    (folder / "expected.json").write_text(json.dumps(expected) + "\n")


def main():
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    make("llama32", out, 1)
    make("qwen25", out, 2)


main()
